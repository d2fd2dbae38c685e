using System.Runtime.CompilerServices;
using static Losses.Logarithm;

namespace Losses;

internal static partial class LaneMath<S, V, TStorage>
{
    // a + bx + cx² + dx³
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Cubic(V x, V x2, double a, double b, double c, double d) =>
        S.Fma(x2, S.Fma(x, S.Create(d), S.Create(c)), S.Fma(x, S.Create(b), S.Create(a)));

    // The one exponential of the functions below, so that the compiler makes it once where a loss asks for two of them.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V ExpOfMinusTwice(V size) => Exp(S.Multiply(S.Create(-2), size));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Tanh(V x)
    {
        var size = S.Abs(x);
        var s = S.Multiply(x, x);
        var s2 = S.Multiply(s, s);
        var s4 = S.Multiply(s2, s2);
        V tail;
        if (IsShort)
            tail = S.Fma(
                s4,
                Cubic(s, s2, -0.008848852290385074, 0.0035259505429779832, -0.001274098323812016, 0.0003026043290412302),
                Cubic(s, s2, -0.3333333332780501, 0.13333332871323963, -0.053968121455764836, 0.02186764025797632)
            );
        else
        {
            tail = S.Fma(
                s2,
                S.Create(-1.6072591390779756e-05),
                S.Fma(s, S.Create(7.714441414948506e-05), S.Create(-0.0002285642557851935))
            );
            tail = S.Fma(
                s4,
                tail,
                Cubic(s, s2, -0.008863221002850233, 0.003591989175444321, -0.0014549588857365153, 0.0005863165639798409)
            );
            tail = S.Fma(s4, tail, Cubic(s, s2, -0.33333333333332854, 0.13333333333262093, -0.05396825393126857, 0.021869487576112942));
        }
        // Far away 1 − 2e/(1 + e), whose error is that of the small part; next to 0 nothing would be left of it.
        var e = ExpOfMinusTwice(size);
        var far = S.Subtract(S.Create(1), S.Divide(S.Add(e, e), S.Add(S.Create(1), e)));
        var near = S.Fma(S.Multiply(s, size), tail, size);
        return S.Or(S.IfLess(size, S.Create(0.625), near, far), S.And(x, S.Create(-0.0)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V LogCosh(V x)
    {
        var size = S.Abs(x);
        var s = S.Multiply(x, x);
        var s2 = S.Multiply(s, s);
        var s4 = S.Multiply(s2, s2);
        V tail;
        if (IsShort)
            tail = S.Fma(
                s4,
                Cubic(s, s2, -0.0007360241638133723, 0.0002482180764228803, -7.466714980034141e-05, 1.406057215130228e-05),
                Cubic(s, s2, -0.08333333329219954, 0.02222221981609433, -0.00674598343776147, 0.0021864767897937097)
            );
        else
        {
            tail = Cubic(s, s2, -1.170856664623051e-05, 3.959826924271831e-06, -1.0920696723750382e-06, 1.7255056494097817e-07);
            tail = S.Fma(
                s4,
                tail,
                Cubic(s, s2, -0.0007386023737596577, 0.0002565758378386808, -9.096401292085444e-05, 3.268372642976206e-05)
            );
            tail = S.Fma(s4, tail, Cubic(s, s2, -0.08333333333333291, 0.02222222222217148, -0.006746031743864547, 0.002186948807090987));
        }
        // Far away |x| − log 2 + log(1 + e), whose first two cancel where the logarithm is still below ¼.
        var rest = S.Subtract(LogOf(ExpOfMinusTwice(size), S.Create(0), S.Create(0)), S.Create(Ln2Rest));
        var far = S.Add(S.Subtract(size, S.Create(Ln2)), rest);
        // ½s + s²·tail, where s lacks what rounding x² has lost.
        var half = S.Create(0.5);
        var curve = S.Multiply(s2, tail);
        if (!IsShort)
            curve = S.Fma(half, S.Fma(x, x, S.Negate(s)), curve);
        return S.IfLess(size, S.Create(0.75), S.Fma(half, s, curve), far);
    }

    // 4e/(1 + e)²
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V SechSquared(V x)
    {
        var e = ExpOfMinusTwice(S.Abs(x));
        var one = S.Create(1);
        var whole = S.Add(one, e);
        var square = S.Multiply(whole, whole);
        var above = S.Multiply(S.Create(4), e);
        if (IsShort)
            return S.Divide(above, square);
        // What the sum, the square and the quotient have lost is put back.
        var inverse = S.Divide(one, square);
        var quotient = S.Multiply(above, inverse);
        var lost = S.Fma(S.Add(whole, whole), S.Subtract(e, S.Subtract(whole, one)), S.Fma(whole, whole, S.Negate(square)));
        return S.Fma(S.FmaNegated(quotient, lost, S.FmaNegated(quotient, square, above)), inverse, quotient);
    }
}
