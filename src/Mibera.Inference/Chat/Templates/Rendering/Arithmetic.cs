using System.Numerics;
using Mibera.Inference.Chat.Templates.Functions;
using Mibera.Inference.Chat.Templates.Syntax;
using Mibera.Inference.Chat.Templates.Values;

namespace Mibera.Inference.Chat.Templates.Rendering;

/// <summary>Python's arithmetic on numbers, and what <c>+</c> and <c>*</c> do to strings and sequences.</summary>
internal static class Arithmetic
{
    private static readonly string[] Signs = ["+", "-", "*", "/", "//", "%", "**"];

    public static TemplateValue Apply(BinaryOperator operation, TemplateValue left, TemplateValue right, RenderContext context)
    {
        if (left is UndefinedValue || right is UndefinedValue)
            throw context.Error(((left as UndefinedValue) ?? (UndefinedValue)right).Reason);
        var result = operation switch
        {
            BinaryOperator.Add => Join(left, right, context),
            BinaryOperator.Multiply => Repeat(left, right, context) ?? Repeat(right, left, context),
            BinaryOperator.Modulo when left is StringValue format => new StringValue(PercentFormat.Apply(format.Value, right, context)),
            _ => null,
        };
        return result ?? Number(operation, left, right, context) ?? throw context.Error(
            $"unsupported operand types for {Signs[(int)operation]}: '{left.TypeName}' and '{right.TypeName}'");
    }

    private static TemplateValue? Join(TemplateValue left, TemplateValue right, RenderContext context)
    {
        switch (left, right)
        {
            case (StringValue a, StringValue b):
                context.Text((long)a.Value.Length + b.Value.Length);
                return new StringValue(a.Value + b.Value);
            case (ListValue or TupleValue, SequenceValue b) when left.GetType() == right.GetType():
                var a0 = (SequenceValue)left;
                context.Step((long)a0.Items.Count + b.Items.Count);
                return a0.With([.. a0.Items, .. b.Items]);
            default:
                return null;
        }
    }

    private static TemplateValue? Repeat(TemplateValue value, TemplateValue count, RenderContext context)
    {
        if (!Numbers.TryInteger(count, out var times)) return null;
        times = BigInteger.Clamp(times, 0, int.MaxValue);
        switch (value)
        {
            case StringValue text:
                context.Text((long)times * text.Value.Length);
                return new StringValue(string.Concat(Enumerable.Repeat(text.Value, text.Value.Length == 0 ? 0 : (int)times)));
            case SequenceValue sequence:
                context.Step((long)times * sequence.Items.Count);
                return sequence.With([.. Enumerable.Repeat(sequence.Items, sequence.Items.Count == 0 ? 0 : (int)times).SelectMany(items => items)]);
            default:
                return null;
        }
    }

    private static TemplateValue? Number(BinaryOperator operation, TemplateValue left, TemplateValue right, RenderContext context)
    {
        if (!Numbers.IsNumber(left) || !Numbers.IsNumber(right)) return null;
        if (operation != BinaryOperator.Divide && Numbers.TryInteger(left, out var a) && Numbers.TryInteger(right, out var b))
            return Integer(operation, a, b, context);
        Numbers.TryFloat(left, out double x);
        Numbers.TryFloat(right, out double y);
        return new FloatValue(Float(operation, x, y, context));
    }

    private static TemplateValue Integer(BinaryOperator operation, BigInteger a, BigInteger b, RenderContext context)
    {
        if (operation == BinaryOperator.Power && b.Sign < 0) return new FloatValue(Float(operation, (double)a, (double)b, context));
        if (operation is BinaryOperator.FloorDivide or BinaryOperator.Modulo && b.IsZero) throw DivisionByZero(context);
        return Checked(operation switch
        {
            BinaryOperator.Add => a + b,
            BinaryOperator.Subtract => a - b,
            BinaryOperator.Multiply => a * b,
            BinaryOperator.FloorDivide => FloorDivide(a, b),
            BinaryOperator.Modulo => a - (FloorDivide(a, b) * b),
            _ => Power(a, b, context),
        }, context);
    }

    private static IntegerValue Checked(BigInteger value, RenderContext context) => value.GetBitLength() <= TemplateLimits.IntegerBits
        ? new IntegerValue(value)
        : throw TooLarge(context);

    private static ChatTemplateException TooLarge(RenderContext context) =>
        context.Error($"an integer of more than {TemplateLimits.IntegerBits} bits");

    private static ChatTemplateException DivisionByZero(RenderContext context) => context.Error("division by zero");

    private static BigInteger FloorDivide(BigInteger a, BigInteger b)
    {
        var quotient = BigInteger.DivRem(a, b, out var remainder);
        return !remainder.IsZero && remainder.Sign != b.Sign ? quotient - 1 : quotient;
    }

    private static BigInteger Power(BigInteger a, BigInteger b, RenderContext context)
    {
        // Every base beyond -1, 0 and 1 has at least (bits - 1) x b bits in its power: refused before it is computed.
        long bits = (long)BigInteger.Abs(a).GetBitLength();
        if (bits > 1 && (b > TemplateLimits.IntegerBits || (bits - 1) * (long)b > TemplateLimits.IntegerBits)) throw TooLarge(context);
        // For the bases -1, 0 and 1 only the exponent's being zero or odd matters.
        return BigInteger.Pow(a, bits > 1 ? (int)b : b.IsZero ? 0 : b.IsEven ? 2 : 1);
    }

    private static double Float(BinaryOperator operation, double x, double y, RenderContext context)
    {
        if (operation is BinaryOperator.Divide or BinaryOperator.FloorDivide or BinaryOperator.Modulo && y == 0) throw DivisionByZero(context);
        return operation switch
        {
            BinaryOperator.Add => x + y,
            BinaryOperator.Subtract => x - y,
            BinaryOperator.Multiply => x * y,
            BinaryOperator.Divide => x / y,
            BinaryOperator.FloorDivide => Math.Floor((x - FloatModulo(x, y)) / y),
            BinaryOperator.Modulo => FloatModulo(x, y),
            _ => Power(x, y, context),
        };
    }

    private static double FloatModulo(double x, double y)
    {
        double remainder = x % y;
        return remainder != 0 && (y < 0) != (remainder < 0) ? remainder + y : remainder;
    }

    /// <summary>Whole exponents by squaring: the platform's power function differs between machines.</summary>
    private static double Power(double x, double y, RenderContext context)
    {
        if (y == 0.5) return Math.Sqrt(x);
        if (y != Math.Floor(y) || Math.Abs(y) > int.MaxValue) throw context.Error("powers of floats need a whole exponent");
        if (x == 0 && y < 0) throw DivisionByZero(context);
        double result = 1, square = x;
        for (long n = (long)Math.Abs(y); n > 0; n >>= 1, square *= square)
        {
            if ((n & 1) != 0) result *= square;
        }

        return y < 0 ? 1 / result : result;
    }
}
