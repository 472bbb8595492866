using System.CommandLine;
using System.Globalization;

namespace Mibera.Run;

/// <summary>The options of <c>mibera-run</c>, named as users of llama-cli know them.</summary>
internal static class CommandLine
{
    public static readonly Option<string> Model = new("--model", "-m") { Description = "GGUF file; of a split model the first part (default: a built-in demo that tells stories)", HelpName = "FILE" };
    public static readonly Option<string> Prompt = new("--prompt", "-p") { Description = "text to continue; special tokens in it are parsed", HelpName = "TEXT" };
    public static readonly Option<string> File = new("--file", "-f") { Description = "read the prompt from a file", HelpName = "FILE" };
    public static readonly Option<string> Tokens = new("--tokens") { Description = "token ids in place of a prompt", HelpName = "1,9,40" };
    public static readonly Option<int> Predict = Number("--predict", "tokens to generate (-1: until the model ends or the context is full)", -1, -1, int.MaxValue, "-n", "--n-predict");
    public static readonly Option<int> Context = Number("--ctx-size", "positions of the context (0: 4096, or the model's own if smaller)", 0, 0, MaxContext, "-c");
    public static readonly Option<int> Batch = Number("--batch-size", "prompt tokens that pass a layer together (default: 2048, less where memory is short)", 0, 1, MaxContext, "-b");
    public static readonly Option<int> MicroBatch = Number("--ubatch-size", "prompt tokens that are multiplied together (default: 512, less where memory is short)", 0, 1, MaxContext, "-ub");
    public static readonly Option<int> Threads = Number("--threads", "threads (default: one per physical core)", 0, 1, 1024, "-t");

    public static readonly Option<long> Seed = new("--seed", "-s") { Description = "seed of the sampler (-1: random)", DefaultValueFactory = _ => -1, HelpName = "N" };
    public static readonly Option<float> Temperature = Real("--temp", "temperature; 0: always the likeliest token", 0.8f, 0f, 1000f);
    public static readonly Option<int> TopK = Number("--top-k", "keep the k likeliest tokens (0: all)", 40, 0, int.MaxValue);
    public static readonly Option<float> TopP = Real("--top-p", "keep the likeliest tokens of this total probability (1: all)", 0.95f, 0f, 1f);
    public static readonly Option<float> MinP = Real("--min-p", "drop tokens less likely than this share of the best (0: none)", 0.05f, 0f, 1f);
    public static readonly Option<float> Typical = Real("--typical", "keep tokens of typical information (1: all)", 1f, 0f, 1f, "--typical-p");
    public static readonly Option<float> RepeatPenalty = Real("--repeat-penalty", "divides the logits of recent tokens (1: off)", 1f, 0.001f, 1000f);
    public static readonly Option<int> RepeatLastN = Number("--repeat-last-n", "tokens that penalties look back (0: none, -1: context)", 64, -1, int.MaxValue);
    public static readonly Option<float> FrequencyPenalty = Real("--frequency-penalty", "taken off for each recent occurrence", 0f, -1000f, 1000f);
    public static readonly Option<float> PresencePenalty = Real("--presence-penalty", "taken off once for a recent token", 0f, -1000f, 1000f);
    public static readonly Option<string[]> LogitBias = new("--logit-bias", "-l") { Description = "adds to a token's logit, e.g. 15043+1 or 15043-1", HelpName = "ID+-BIAS" };
    public static readonly Option<string[]> Stop = new("--reverse-prompt", "-r", "--stop") { Description = "end at this text (may be given several times)", HelpName = "TEXT" };
    public static readonly Option<bool> IgnoreEos = new("--ignore-eos") { Description = "go on after end-of-generation tokens" };
    public static readonly Option<bool> NoConversation = new("--no-conversation", "-no-cnv") { Description = "raw completion, no chat template" };
    public static readonly Option<bool> NoEscape = new("--no-escape") { Description = @"take \n, \t, ... in -p as they stand" };
    public static readonly Option<bool> Special = new("--special", "-sp") { Description = "show special tokens in the output" };
    public static readonly Option<bool> NoDisplayPrompt = new("--no-display-prompt") { Description = "print the continuation alone" };

    public static readonly Option<string> RamBudget = new("--ram-budget") { Description = "memory that the process may take, the file's pages included, e.g. 6.5GB or 6GiB (default: what the machine offers)", HelpName = "SIZE" };
    public static readonly Option<string> KeyCache = new("--cache-type-k", "-ctk") { Description = "how keys are kept: f16, q8_0, q4_0, f32 (default: f16, or q8_0 where memory is short)", HelpName = "TYPE" };
    public static readonly Option<string> ValueCache = new("--cache-type-v", "-ctv") { Description = "how values are kept (default: as -ctk)", HelpName = "TYPE" };
    public static readonly Option<bool> Plan = new("--plan") { Description = "print what the model would take in memory, without loading it" };
    public static readonly Option<bool> NoMmap = new("--no-mmap") { Description = "read the file into memory instead of mapping it" };
    public static readonly Option<string> Norm = new("--norm") { Description = "the model's norms: auto, ln (LayerNorm), rms (RMSNorm)", DefaultValueFactory = _ => "auto", HelpName = "auto|ln|rms" };
    public static readonly Option<float?> RopeBase = new("--rope-freq-base") { Description = "base of the rotary frequencies", HelpName = "N" };
    public static readonly Option<string> LongRope = new("--longrope") { Description = "LongRoPE factors: auto (by length), short, long", DefaultValueFactory = _ => "auto", HelpName = "auto|short|long" };
    public static readonly Option<bool> NoProbe = new("--no-probe") { Description = "do not let a short text decide what the file leaves open" };
    public static readonly Option<string[]> OverrideKv = new("--override-kv") { Description = "replace metadata, e.g. phi3.rope.freq_base=float:10000", HelpName = "KEY=TYPE:VALUE" };

    public static readonly Option<bool> Perplexity = new("--perplexity") { Description = "measure the perplexity of the text of -f, in chunks of -c tokens" };
    public static readonly Option<bool> Tokenize = new("--tokenize") { Description = "print the prompt's tokens, one a line: id, tab, text" };
    public static readonly Option<bool> NoParseSpecial = new("--no-parse-special") { Description = "with --tokenize: special tokens are ordinary text" };
    public static readonly Option<string> Logits = new("--logits") { Description = "write the logits of every prompt position (raw f32) and stop", HelpName = "FILE" };
    public static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "report on stderr what loading found and how fast it went" };

    private const int MaxContext = 1 << 24;

    public static RootCommand Create()
    {
        var root = new RootCommand("Runs GGUF language models of the Phi family on the CPU.");
        foreach (var field in typeof(CommandLine).GetFields())
        {
            if (field.GetValue(null) is Option option)
                root.Options.Add(option);
        }
        return root;
    }

    private static Option<int> Number(string name, string description, int value, int minimum, int maximum, params string[] aliases)
    {
        var option = new Option<int>(name, aliases) { Description = description, DefaultValueFactory = _ => value, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result is { Tokens.Count: > 0, Errors: not null } && !result.Errors.Any() && result.GetValueOrDefault<int>() is var n && (n < minimum || n > maximum))
                result.AddError($"{result.IdentifierToken} is {n}, expected {minimum}{(maximum == int.MaxValue ? " or more" : $" to {maximum}")}.");
        });
        return option;
    }

    private static Option<float> Real(string name, string description, float value, float minimum, float maximum, params string[] aliases)
    {
        var option = new Option<float>(name, aliases) { Description = description, DefaultValueFactory = _ => value, HelpName = "X" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !result.Errors.Any() && result.GetValueOrDefault<float>() is var x && !(x >= minimum && x <= maximum))
                result.AddError($"{result.IdentifierToken} is {x.ToString(CultureInfo.InvariantCulture)}, expected a number from {minimum} to {maximum}.");
        });
        return option;
    }
}
