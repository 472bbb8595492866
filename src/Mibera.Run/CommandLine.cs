using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Mibera.Run;

/// <summary>The options of <c>mibera-run</c>, named as users of llama-cli know them.</summary>
internal static class CommandLine
{
    public static readonly Option<string> Model = new("--model", "-m") { Description = "GGUF file, of a split model the first part (default: a demo)", HelpName = "FILE" };
    public static readonly Option<string> Prompt = new("--prompt", "-p") { Description = "what to answer, or without a chat template to continue", HelpName = "TEXT" };
    public static readonly Option<string> File = new("--file", "-f") { Description = "read the prompt from a file, as it is", HelpName = "FILE" };
    public static readonly Option<string> Tokens = new("--tokens") { Description = "token ids in place of a prompt", HelpName = "1,9,40" };
    public static readonly Option<int> Predict = Number("--predict", "tokens to generate (-1: until the model ends)", -1, -1, int.MaxValue, "-n", "--n-predict");
    public static readonly Option<int?> Context = Optional("--ctx-size", "positions of the context (default: 4096 or the model's own)", 0, MaxContext, "-c");
    public static readonly Option<int?> Batch = Optional("--batch-size", "prompt tokens that pass a layer together (default: 2048, less where memory is short)", 1, MaxContext, "-b");
    public static readonly Option<int?> MicroBatch = Optional("--ubatch-size", "prompt tokens that are multiplied together (default: 512, less where memory is short)", 1, MaxContext, "-ub");
    public static readonly Option<int?> Threads = Optional("--threads", "threads (default: one per physical core)", 1, 1024, "-t");

    public static readonly Option<long> Seed = new("--seed", "-s") { Description = "seed of the sampler (-1: random)", DefaultValueFactory = _ => -1, HelpName = "N", CustomParser = r => Integer(r, -1, long.MaxValue) };
    public static readonly Option<float> Temperature = Real("--temp", "temperature; 0: always the likeliest token", 0.8f, 0f, 1000f, "--temperature");
    public static readonly Option<int> TopK = Number("--top-k", "keep the k likeliest tokens (0: all)", 40, 0, int.MaxValue);
    public static readonly Option<float> TopP = Real("--top-p", "keep tokens up to this probability (1: all)", 0.95f, 0f, 1f);
    public static readonly Option<float> MinP = Real("--min-p", "drop all below this share of the best (0: none)", 0.05f, 0f, 1f);
    public static readonly Option<float> Typical = Real("--typical", "keep tokens of typical information (1: all)", 1f, 0f, 1f, "--typical-p");
    public static readonly Option<float> RepeatPenalty = Real("--repeat-penalty", "divides the logits of recent tokens (1: off)", 1f, 0.001f, 1000f);
    public static readonly Option<int> RepeatLastN = Number("--repeat-last-n", "tokens that penalties look back (0: none, -1: context)", 64, -1, int.MaxValue);
    public static readonly Option<float> FrequencyPenalty = Real("--frequency-penalty", "taken off for each recent occurrence", 0f, -1000f, 1000f);
    public static readonly Option<float> PresencePenalty = Real("--presence-penalty", "taken off once for a recent token", 0f, -1000f, 1000f);
    public static readonly Option<string[]> LogitBias = new("--logit-bias", "-l") { Description = "adds to a token's logit, e.g. 15043+1 or 15043-1; 15043-inf bans it", HelpName = "ID+-BIAS" };
    public static readonly Option<string[]> Stop = new("--reverse-prompt", "-r", "--stop") { Description = "end an answer at this text; may be given several times", HelpName = "TEXT" };
    public static readonly Option<bool> IgnoreEos = new("--ignore-eos") { Description = "go on after end-of-generation tokens" };
    public static readonly Option<string> System = new("--system-prompt", "-sys") { Description = "instructions before the conversation", HelpName = "TEXT" };
    public static readonly Option<string> Messages = new("--messages") { Description = "answer an OpenAI-style JSON list of messages", HelpName = "FILE" };
    public static readonly Option<string> Tools = new("--tools") { Description = "OpenAI-style JSON list of tools, if the template takes any", HelpName = "FILE" };
    public static readonly Option<bool> Conversation = new("--conversation", "-cnv", "--interactive", "-i") { Description = "chat, after the prompt if there is one" };
    public static readonly Option<bool> NoConversation = new("--no-conversation", "-no-cnv") { Description = "raw completion, no chat template" };
    public static readonly Option<bool> SingleTurn = new("--single-turn", "-st") { Description = "end after one answer" };
    public static readonly Option<string> ChatTemplate = new("--chat-template") { Description = "chatml, phi2, phi3, phi4, phi4-mini, Jinja source or a file", HelpName = "NAME|FILE" };
    public static readonly Option<string> ContextOverflow = Choice("--context-overflow", "context full: stop, truncate, shift (auto: chat truncates)", "auto", "stop", "truncate", "shift");
    public static readonly Option<int> Keep = Number("--keep", "tokens at the beginning that shift never drops (-1: all of the prompt)", 0, -1, int.MaxValue);
    public static readonly Option<string> PromptCache = new("--prompt-cache") { Description = "keep what was read of the prompt in a file, for the next run", HelpName = "FILE" };
    public static readonly Option<bool> PrintPrompt = new("--print-prompt") { Description = "print the rendered prompt and stop" };
    public static readonly Option<bool> NoColor = new("--no-color") { Description = "no colours (NO_COLOR does the same)" };
    public static readonly Option<bool> NoEscape = new("--no-escape") { Description = @"take \n, \t, \xHH, ... in -p and -r as they stand" };
    public static readonly Option<bool> Special = new("--special", "-sp") { Description = "show special tokens in the output" };
    public static readonly Option<bool> NoDisplayPrompt = new("--no-display-prompt") { Description = "print the continuation alone" };

    public static readonly Option<bool> NoMmap = new("--no-mmap") { Description = "read the file into memory instead of mapping it" };
    public static readonly Option<string> RamBudget = new("--ram-budget") { Description = "memory to stay within, mapped pages included, e.g. 6.5GB", HelpName = "SIZE" };
    public static readonly Option<string> KeyCache = new("--cache-type-k", "-ctk") { Description = "how keys are kept: f16, q8_0, q4_0, f32 (default: f16, or q8_0 where memory is short)", HelpName = "TYPE" };
    public static readonly Option<string> ValueCache = new("--cache-type-v", "-ctv") { Description = "how values are kept (default: as -ctk)", HelpName = "TYPE" };
    public static readonly Option<bool> Plan = new("--plan") { Description = "print what the model would take in memory" };
    public static readonly Option<string> Norm = Choice("--norm", "the model's norms: LayerNorm or RMSNorm, whatever the file says", "auto", "ln", "rms");
    public static readonly Option<float?> RopeBase = new("--rope-freq-base") { Description = "base of the rotary frequencies, whatever the file says", HelpName = "N", CustomParser = r => Float(r, float.Epsilon, float.MaxValue) };
    public static readonly Option<string> LongRope = Choice("--longrope", "LongRoPE factors: by the text's length, or always the same", "auto", "short", "long");
    public static readonly Option<bool> NoProbe = new("--no-probe") { Description = "do not let a short text decide what the file leaves open" };
    public static readonly Option<string[]> OverrideKv = new("--override-kv") { Description = "replace metadata, e.g. phi3.rope.freq_base=float:10000", HelpName = "KEY=TYPE:VALUE" };

    public static readonly Option<bool> Perplexity = new("--perplexity") { Description = "measure the perplexity of the text of -f" };
    public static readonly Option<bool> Tokenize = new("--tokenize") { Description = "print the prompt's tokens, one a line: id, tab, text" };
    public static readonly Option<bool> NoParseSpecial = new("--no-parse-special") { Description = "with --tokenize: special tokens are ordinary text" };
    public static readonly Option<string> Logits = new("--logits") { Description = "write the logits of every prompt position (raw f32) and stop", HelpName = "FILE" };
    public static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "report what loading found, and how fast it went" };

    private const int MaxContext = 1 << 24;

    /// <summary>All options by subject; of each group the first so many are what most users need.</summary>
    public static IReadOnlyList<OptionGroup> Groups { get; } =
    [
        new("Model", 4, [Model, Context, Threads, RamBudget, Batch, MicroBatch, NoMmap, KeyCache, ValueCache, Norm, RopeBase, LongRope, NoProbe, OverrideKv]),
        new("Prompt", 6, [Prompt, File, System, Messages, Tools, Predict, Tokens, NoEscape, NoDisplayPrompt, PromptCache, Special]),
        new("Chat", 7, [Conversation, NoConversation, SingleTurn, Stop, ChatTemplate, ContextOverflow, PrintPrompt, Keep, IgnoreEos, NoColor]),
        new("Sampling", 5, [Temperature, TopK, TopP, MinP, Seed, RepeatPenalty, RepeatLastN, FrequencyPenalty, PresencePenalty, Typical, LogitBias]),
        new("Reports", 4, [Verbose, Plan, Perplexity, Tokenize, NoParseSpecial, Logits]),
    ];

    public static RootCommand Create()
    {
        var root = new RootCommand("Runs GGUF language models of the Phi family on the CPU.");
        root.Directives.Clear();
        foreach (var option in Groups.SelectMany(g => g.Options))
            root.Options.Add(option);
        HelpText.AddTo(root);
        return root;
    }

    private static string WithDefault(string description, IFormattable value)
    {
        var text = value.ToString(null, CultureInfo.InvariantCulture);
        return description.EndsWith(')') ? $"{description[..^1]}; default: {text})" : $"{description} (default: {text})";
    }

    private static Option<int> Number(string name, string description, int value, int minimum, int maximum, params string[] aliases) => new(name, aliases)
    {
        Description = WithDefault(description, value),
        HelpName = "N",
        DefaultValueFactory = _ => value,
        CustomParser = result => (int)Integer(result, minimum, maximum),
    };

    private static Option<int?> Optional(string name, string description, int minimum, int maximum, params string[] aliases) => new(name, aliases)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => (int)Integer(result, minimum, maximum),
    };

    private static Option<float> Real(string name, string description, float value, float minimum, float maximum, params string[] aliases) => new(name, aliases)
    {
        Description = WithDefault(description, value),
        HelpName = "X",
        DefaultValueFactory = _ => value,
        CustomParser = result => Float(result, minimum, maximum),
    };

    private static Option<string> Choice(string name, string description, params string[] values) => new(name)
    {
        Description = description,
        HelpName = values.Length > 3 ? "POLICY" : string.Join('|', values),
        DefaultValueFactory = _ => values[0],
        CustomParser = result => values.Contains(result.Tokens[0].Value) ? result.Tokens[0].Value : Refuse<string>(result, $"expected {string.Join(", ", values)}")!,
    };

    private static long Integer(ArgumentResult result, long minimum, long maximum) =>
        long.TryParse(result.Tokens[0].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum
            ? number
            : Refuse<long>(result, $"expected an integer, {minimum}{(maximum >= int.MaxValue ? " or more" : $" to {maximum}")}");

    private static float Float(ArgumentResult result, float minimum, float maximum) =>
        float.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= minimum && number <= maximum
            ? number
            : Refuse<float>(result, maximum == float.MaxValue
                ? "expected a positive number"
                : string.Create(CultureInfo.InvariantCulture, $"expected a number, {minimum} to {maximum}"));

    private static T? Refuse<T>(ArgumentResult result, string expected)
    {
        var option = (result.Parent as OptionResult)?.IdentifierToken?.Value;
        result.AddError($"{option} is '{result.Tokens[0].Value}', {expected}");
        return default;
    }
}
