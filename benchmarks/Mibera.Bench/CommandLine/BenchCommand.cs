using System.CommandLine;
using Mibera.Bench.Reports;
using Mibera.Bench.Synthetic;
using Mibera.Inference.Simd;

namespace Mibera.Bench.CommandLine;

/// <summary>The command line: its options, and what they make of a run.</summary>
internal sealed class BenchCommand
{
    // What the models of this family are commonly shared as, from large to small.
    private const string DefaultTypes = "Q8_0,Q4_K_M,IQ4_XS,Q3_K_M,IQ3_XXS,Q2_K,IQ2_M,IQ2_XXS,IQ1_S";
    private const int MaxTokens = 1 << 20;

    private readonly Option<string[]> _models = new("--model", "-m") { Description = "A GGUF file to measure; may be given several times.", HelpName = "FILE" };
    private readonly Option<ModelShape[]> _synthetic = new("--synthetic")
    {
        Description = $"Writes models of random weights in the shape of a published one, measures and deletes them: {string.Join(", ", ModelShapes.All.Select(shape => shape.Name))}.",
        HelpName = "SHAPE,...",
        CustomParser = Parsers.Shapes,
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<string[]> _types = new("--types")
    {
        Description = $"Quantizations for --synthetic (default: {DefaultTypes}), or formats for --kernels (default: all).",
        HelpName = "TYPE,...",
    };
    private readonly Option<bool> _kernels = new("--kernels") { Description = "Measures the kernels of every format in seconds, without a model." };
    private readonly Option<bool> _fromMemory = new("--from-memory") { Description = "With --kernels: also with weights that no cache holds, on all threads." };
    private readonly Option<bool> _firstToken = new("--first-token") { Description = "Measures how soon a model in the page cache answers, beside reading its mapped pages once." };
    private readonly Option<InstructionSet[]> _sets = new("--isa")
    {
        Description = $"Instruction sets of the kernels: {string.Join(", ", Enum.GetValues<InstructionSet>().Select(InstructionSets.Name))} (default: {InstructionSets.Variable}, or all for --kernels and the best for models).",
        HelpName = "SET,...",
        CustomParser = Parsers.Sets,
        Arity = ArgumentArity.OneOrMore,
    };
    private readonly Option<int> _prompt = Count("--prompt-tokens", "-p", "Tokens of the prompt; 0: no prefill.", 512, 0);
    private readonly Option<int> _generated = Count("--generated-tokens", "-n", "Tokens to decode one by one; 0: no decode.", 128, 0);
    private readonly Option<int> _depth = Count("--depth", "-d", "Tokens in the context before either.", 0, 0);
    private readonly Option<int> _threads = Count("--threads", "-t", "Threads; 0: the engine's default, one per physical core.", 0, 0);
    private readonly Option<int> _repetitions = Count("--repetitions", "-r", "Repetitions of each measurement.", 3, 1);
    private readonly Option<int> _microBatch = Count("--micro-batch", "-ub", "Prompt tokens multiplied at once; 0: the engine's default.", 0, 0);
    private readonly Option<bool> _noMmap = new("--no-mmap") { Description = "Reads models into memory instead of mapping their files." };
    private readonly Option<ReportFormat> _format = new("--output", "-o")
    {
        Description = "How results are printed: table, md, csv or json.",
        HelpName = "FORMAT",
        CustomParser = Parsers.Format,
    };
    private readonly Option<string?> _chart = new("--chart") { Description = "Also draws the results as bars into an SVG file.", HelpName = "FILE.svg" };
    private readonly Option<string?> _scratch = new("--scratch") { Description = "Where --synthetic writes (default: a new folder among the temporary files).", HelpName = "DIR" };
    private readonly Option<bool> _keep = new("--keep") { Description = "Leaves the synthetic models in --scratch; a later run uses them again." };

    public BenchCommand()
    {
        Root = new RootCommand("Measures prefill and decode of GGUF models, beside what this machine can read and multiply.")
        {
            _models, _synthetic, _types, _kernels, _fromMemory, _firstToken, _sets, _prompt, _generated, _depth, _threads, _repetitions, _microBatch,
            _noMmap, _format, _chart, _scratch, _keep,
        };
    }

    public RootCommand Root { get; }

    /// <summary>The settings of a command line without errors.</summary>
    public BenchSettings Read(ParseResult parsed)
    {
        var kernels = parsed.GetValue(_kernels);
        var types = Parsers.Items(parsed.GetValue(_types)).ToArray();
        var microBatch = parsed.GetValue(_microBatch);
        return new BenchSettings
        {
            Models = parsed.GetValue(_models) ?? [],
            Synthetic = [.. Synthetic(parsed.GetValue(_synthetic) ?? [], types)],
            Kernels = kernels,
            KernelTypes = kernels ? Parsers.KernelTypes(types, _ => { }) : [],
            Sets = parsed.GetValue(_sets) ?? [],
            PromptTokens = parsed.GetValue(_prompt),
            GeneratedTokens = parsed.GetValue(_generated),
            Depth = parsed.GetValue(_depth),
            Threads = parsed.GetValue(_threads),
            Repetitions = parsed.GetValue(_repetitions),
            MicroBatch = microBatch == 0 ? null : microBatch,
            MemoryMap = !parsed.GetValue(_noMmap),
            FromMemory = parsed.GetValue(_fromMemory),
            FirstToken = parsed.GetValue(_firstToken),
            Format = parsed.GetValue(_format),
            Chart = parsed.GetValue(_chart),
            Scratch = parsed.GetValue(_scratch),
            Keep = parsed.GetValue(_keep),
        };
    }

    /// <summary>What does not go together; each a sentence for the user.</summary>
    public IEnumerable<string> Problems(ParseResult parsed)
    {
        var (models, synthetic) = (parsed.GetValue(_models) ?? [], parsed.GetValue(_synthetic) ?? []);
        var kernels = parsed.GetValue(_kernels);
        if (models.Length == 0 && synthetic.Length == 0 && !kernels)
            yield return "Nothing to measure: name a model with -m, or ask for --synthetic or --kernels.";
        if (kernels && (models.Length > 0 || synthetic.Length > 0))
            yield return "--kernels measures without models; leave out -m and --synthetic.";
        if (parsed.GetValue(_keep) && parsed.GetValue(_scratch) is null)
            yield return "--keep needs --scratch, the folder in which the models stay.";
        if (parsed.GetValue(_prompt) == 0 && parsed.GetValue(_generated) == 0)
            yield return "With -p 0 and -n 0 nothing is left to measure.";
        if (!kernels && (parsed.GetValue(_sets) ?? []).Length > 1)
            yield return "Models are measured with one instruction set at a time.";
        if (parsed.GetValue(_firstToken) && (kernels || synthetic.Length > 0))
            yield return "--first-token measures files: name them with -m.";
        if (parsed.GetValue(_fromMemory) && !kernels)
            yield return "--from-memory belongs to --kernels.";
        if (parsed.GetValue(_noMmap) && (kernels || parsed.GetValue(_firstToken)))
            yield return "--no-mmap belongs to models that are measured in prefill and decode.";
        foreach (var problem in TypeProblems(parsed, kernels)) yield return problem;
    }

    private List<string> TypeProblems(ParseResult parsed, bool kernels)
    {
        var problems = new List<string>();
        var types = Parsers.Items(parsed.GetValue(_types));
        if (kernels) Parsers.KernelTypes(types, problems.Add);
        else Parsers.Quantizations(types, problems.Add);
        return problems;
    }

    private static IEnumerable<SyntheticModel> Synthetic(IEnumerable<ModelShape> shapes, IReadOnlyList<string> types) =>
        from shape in shapes
        from quantization in Parsers.Quantizations(types.Count > 0 ? types : DefaultTypes.Split(','), _ => { })
        select new SyntheticModel(shape, quantization);

    private static Option<int> Count(string name, string alias, string description, int value, int least)
    {
        var option = new Option<int>(name, alias) { Description = description, DefaultValueFactory = _ => value, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var number) && (number < least || number > MaxTokens))
                result.AddError($"{name} is {number}; {least} to {MaxTokens} was expected.");
        });
        return option;
    }
}
