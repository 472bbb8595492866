using Mibera.Inference.Chat.Templates.Functions;
using Mibera.Inference.Chat.Templates.Syntax;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Rendering;

/// <summary>Walks a template's statements and expressions. It knows the value types of this namespace and nothing of .NET's objects.</summary>
internal sealed partial class Interpreter
{
    private Scope _scope;
    private BoundedText _output;

    public Interpreter(RenderContext context, Scope variables)
    {
        Context = context;
        _scope = variables;
        _output = new BoundedText(context);
    }

    /// <summary>How a statement ended: the loop around it goes on, ends, or goes to its next item.</summary>
    private enum Flow
    {
        Normal,
        Break,
        Continue,
    }

    public RenderContext Context { get; }

    /// <exception cref="ChatTemplateException">The template fails, refuses its input or exceeds a limit.</exception>
    public string Render(IReadOnlyList<Statement> template)
    {
        Run(template);
        return _output.ToString();
    }

    /// <summary>What a body prints with its own variables.</summary>
    public StringValue Capture(IReadOnlyList<Statement> body, Scope variables)
    {
        var outer = _output;
        _output = new BoundedText(Context);
        RunIn(body, variables);
        var text = new StringValue(_output.ToString());
        _output = outer;
        return text;
    }

    /// <summary>An expression's value with other variables in sight.</summary>
    public TemplateValue EvaluateIn(Expression expression, Scope variables)
    {
        var outer = _scope;
        _scope = variables;
        var value = Evaluate(expression);
        _scope = outer;
        return value;
    }

    private Flow RunIn(IReadOnlyList<Statement> body, Scope variables)
    {
        var outer = _scope;
        _scope = variables;
        var flow = Run(body);
        _scope = outer;
        return flow;
    }

    private Flow Run(IReadOnlyList<Statement> body)
    {
        foreach (var statement in body)
        {
            Context.Enter();
            var flow = Run(statement);
            Context.Leave();
            if (flow != Flow.Normal) return flow;
        }

        return Flow.Normal;
    }

    private Flow Run(Statement statement)
    {
        Context.At = statement.At;
        switch (statement)
        {
            case TextStatement text: _output.Append(text.Text); return Flow.Normal;
            case OutputStatement output: _output.Append(PythonText.Of(Evaluate(output.Value), Context)); return Flow.Normal;
            case IfStatement branch: return RunIf(branch);
            case ForStatement loop: return RunFor(loop);
            case SetStatement set: Assign(set.Target, Evaluate(set.Value), _scope); return Flow.Normal;
            case SetBlockStatement set: Assign(set.Target, Filtered(Capture(set.Body, new Scope(_scope)), set.Filters), _scope); return Flow.Normal;
            case FilterBlockStatement filter:
                _output.Append(PythonText.Of(Filtered(Capture(filter.Body, new Scope(_scope)), filter.Filters), Context));
                return Flow.Normal;
            case WithStatement with: return RunWith(with);
            case MacroStatement { Macro: var macro }: _scope.Set(macro.Name, new MacroValue(macro, _scope)); return Flow.Normal;
            case CallBlockStatement call: RunCallBlock(call); return Flow.Normal;
            case BreakStatement: return Flow.Break;
            default: return Flow.Continue;
        }
    }

    private Flow RunIf(IfStatement branch)
    {
        foreach (var (test, body) in branch.Branches)
        {
            if (Evaluate(test).IsTrue) return Run(body);
        }

        return Run(branch.Else);
    }

    private Flow RunWith(WithStatement with)
    {
        var variables = new Scope(_scope);
        foreach (var (target, value) in with.Assignments) Assign(target, Evaluate(value), variables);
        return RunIn(with.Body, variables);
    }

    private void RunCallBlock(CallBlockStatement block)
    {
        var callee = Evaluate(block.Call.Target);
        var arguments = MacroValue.WithCaller(Evaluate(block.Call.Arguments), new MacroValue(block.Caller, _scope));
        _output.Append(PythonText.Of(Call(callee, arguments, block.Call.At), Context));
    }

    private TemplateValue Filtered(TemplateValue value, IReadOnlyList<BodyFilter> filters)
    {
        foreach (var filter in filters)
        {
            var arguments = Evaluate(filter.Arguments);
            Context.At = filter.At;
            value = Filters.Apply(filter.Name, value, arguments, this);
        }

        return value;
    }
}
