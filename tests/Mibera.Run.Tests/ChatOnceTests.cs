using System.Text;
using Mibera.Inference.Gguf;
using Mibera.Inference.Tests.Models;

namespace Mibera.Run.Tests;

/// <summary>One answer of a model with a chat template.</summary>
public sealed class ChatOnceTests : ToolTest
{
    // The last message alone, so that the parrot says the rest of it.
    private const string Template = "{% if messages[0].role == 'system' %}{{ messages[0].content }}{% endif %}{{ messages[-1].content }}{% if tools %}{{ tools[0].name }}{% endif %}";

    [Theory]
    [InlineData("\U0001F600bcdefgh", "-p", "a")]
    [InlineData("\U0001F600b", "-p", "a", "-n", "5")]
    [InlineData("", "-p", "a", "-n", "0")]
    [InlineData("\U0001F600bc", "-p", "a", "-r", "de")]
    [InlineData("a\U0001F600bcdefgh", "-p", "a", "-no-cnv")]
    [InlineData("\U0001F600bcdefgh", "-p", "a", "-cnv", "-st")]
    [InlineData("a", "-p", "a", "--print-prompt")]
    [InlineData("sysa", "-p", "a", "-sys", "sys", "--print-prompt")]
    [InlineData("Instruct: a\nOutput:", "-p", "a", "--chat-template", "phi2", "--print-prompt")]
    [InlineData("<a>", "-p", "a", "--chat-template", "<{{ messages[0].content }}>", "--print-prompt")]
    public async Task Answers(string expected, params string[] arguments) =>
        Assert.Equal(expected, (await Tool.RunAsync(["-m", Chatty(), "--temp", "0", "-t", "1", .. arguments])).Success());

    [Fact]
    public async Task WithoutATemplateThePromptIsShownAsItIsContinued() =>
        Assert.Equal("abc", (await Tool.RunAsync("-m", Write(TinyModel.Phi3()), "-p", "abc", "--print-prompt")).Success());

    [Theory]
    [InlineData(true, "-p", "a", "-v")]
    [InlineData(false, "-p", "a")]
    [InlineData(false, "-p", "a", "-no-cnv", "-v")]
    [InlineData(false, "--tokens", "97", "-v")]
    public async Task WithoutATemplateItIsSaidThatThePromptIsContinued(bool said, params string[] arguments)
    {
        var result = await Tool.RunAsync(["-m", Write(TinyModel.Phi3()), "-n", "1", .. arguments]);
        Assert.Equal(ExitCode.Success, result.ExitCode);
        Assert.Equal(said, result.Error.Contains("no chat template", StringComparison.Ordinal));
    }

    [Fact]
    public async Task APipeIsOneTurn()
    {
        Assert.Equal("\U0001F600bcdefgh", (await Tool.ShellAsync("echo a | \"$@\"", "-m", Chatty(), "--temp", "0")).Success());
        // An option goes before it.
        Assert.Equal("\U0001F600bcdefgh", (await Tool.ShellAsync("echo x | \"$@\"", "-m", Chatty(), "--temp", "0", "-p", "a")).Success());
    }

    [Fact]
    public async Task MessagesAndToolsOfFiles()
    {
        var messages = Save("messages.json", """[{"role":"system","content":"S"},{"role":"user","content":"x"},{"role":"assistant","content":"y"},{"role":"user","content":"a"}]"""u8);
        var tools = Save("tools.json", """[{"name":"clock"}]"""u8);
        Assert.Equal("Saclock", (await Tool.RunAsync("-m", Chatty(), "--messages", messages, "--tools", tools, "--print-prompt")).Success());
    }

    [Theory]
    [InlineData("""{"name":"clock"}""", "--tools: The tools are a JSON Object")]
    [InlineData("""[{"name":"\ud800"}]""", "--tools: The JSON holds a string")]
    public async Task BadTools(string json, string complaint)
    {
        var tools = Save("tools.json", Encoding.UTF8.GetBytes(json));
        var line = (await Tool.RunAsync("-m", Chatty(), "-p", "a", "--tools", tools)).Failure(ExitCode.Usage);
        Assert.Contains(complaint, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToolsThatTheTemplateLeavesOutAreRefused()
    {
        var tools = Save("tools.json", """[{"name":"clock"}]"""u8);
        var line = (await Tool.RunAsync("-m", Chatty(), "-p", "a", "--tools", tools, "--chat-template", "phi3")).Failure(ExitCode.Usage);
        Assert.StartsWith("mibera-run: --tools: the chat template (phi3, built in) tells", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "is no JSON")]
    [InlineData("""{"role":"user"}""", "list")]
    [InlineData("""[{"role":5,"content":"a"}]""", "role")]
    [InlineData("[]", "message")]
    public async Task BadMessages(string json, string complaint)
    {
        var line = (await Tool.RunAsync("-m", Chatty(), "--messages", Save("messages.json", Encoding.UTF8.GetBytes(json)))).Failure(ExitCode.Usage);
        Assert.Contains(complaint, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEmptyPrompt() =>
        Assert.Contains("empty", (await Tool.RunAsync("-m", Chatty(), "-p", "")).Failure(ExitCode.Usage), StringComparison.Ordinal);

    [Fact]
    public async Task AFileThatIsNotThere() =>
        Assert.Contains("absent.json", (await Tool.RunAsync("-m", Chatty(), "--messages", PathOf("absent.json"))).Failure(ExitCode.Failure), StringComparison.Ordinal);

    [Fact]
    public async Task ATemplateThatRefuses()
    {
        var line = (await Tool.RunAsync("-m", Chatty(), "-p", "a", "--chat-template", "{{ raise_exception('no such role') }}")).Failure(ExitCode.Failure);
        Assert.Contains("no such role", line, StringComparison.Ordinal);
    }

    private string Chatty()
    {
        var model = TinyModel.Saying("a\U0001F600bcdefgh"u8).Set("context_length", GgufValue.From(1u << 10));
        model.Keys["tokenizer.chat_template"] = GgufValue.From(Template);
        return Write(model, "chatty.gguf");
    }
}
