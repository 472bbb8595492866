using Mibera.Inference.Chat.Templates.Syntax;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Rendering;

/// <content>Loops and assignment.</content>
internal sealed partial class Interpreter
{
    private Flow RunFor(ForStatement statement)
    {
        var items = ItemsOf(statement);
        if (items.Count == 0) return RunIn(statement.Else, new Scope(_scope));
        var loop = new LoopValue(items);
        for (int i = 0; i < items.Count; i++)
        {
            loop.Index = i;
            // What an iteration sets is gone with the next one, as in Jinja: only namespaces carry over.
            var variables = new Scope(_scope);
            variables.Set("loop", loop);
            Context.At = statement.At;
            Context.Step();
            Assign(statement.Target, items[i], variables);
            if (RunIn(statement.Body, variables) == Flow.Break) break;
        }

        return Flow.Normal;
    }

    private List<TemplateValue> ItemsOf(ForStatement statement)
    {
        var iterable = Evaluate(statement.Iterable);
        Context.At = statement.At;
        List<TemplateValue> items = [];
        foreach (var item in Iteration.Over(iterable, Context))
        {
            if (statement.Filter is not null)
            {
                var variables = new Scope(_scope);
                Assign(statement.Target, item, variables);
                if (!EvaluateIn(statement.Filter, variables).IsTrue) continue;
            }

            items.Add(item);
        }

        return items;
    }

    private void Assign(AssignmentTarget target, TemplateValue value, Scope variables)
    {
        switch (target)
        {
            case NameTarget name:
                variables.Set(name.Name, value);
                break;
            case AttributeTarget attribute:
                Context.At = attribute.At;
                if (!_scope.TryGet(attribute.Name, out var owner) || owner is not NamespaceValue space)
                    throw Context.Error("cannot assign attribute on non-namespace object");
                space.Attributes[attribute.Attribute] = value;
                break;
            case TupleTarget tuple:
                Unpack(tuple, value, variables);
                break;
        }
    }

    private void Unpack(TupleTarget target, TemplateValue value, Scope variables)
    {
        Context.At = target.At;
        if (!Iteration.IsIterable(value)) throw Context.Error($"cannot unpack non-iterable {value.TypeName} object");
        // One more than needed tells that there are too many.
        List<TemplateValue> items = [.. Iteration.Over(value, Context).Take(target.Items.Count + 1)];
        if (items.Count > target.Items.Count) throw Context.Error($"too many values to unpack (expected {target.Items.Count})");
        if (items.Count < target.Items.Count)
            throw Context.Error($"not enough values to unpack (expected {target.Items.Count}, got {items.Count})");
        for (int i = 0; i < items.Count; i++) Assign(target.Items[i], items[i], variables);
    }
}
