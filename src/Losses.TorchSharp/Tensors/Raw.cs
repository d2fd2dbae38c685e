using TorchSharp;
using static TorchSharp.torch;

namespace Losses.TorchSharp;

/// <summary>The numbers of a torch.Tensor, or one number, without a tape: what a pointwise function is evaluated with, and beneath a dual its derivative.</summary>
/// <remarks>
/// Of libtorch only the values are asked: every derivative rule is that of <see cref="Dual{T}"/>. All tensors in one expression have one
/// shape, data type and device.
/// </remarks>
internal readonly struct Raw : IReal<Raw>
{
    private readonly double _number;

    internal Raw(Tensor tensor) => Tensor = tensor;

    internal Raw(double number) => _number = number;

    // Absent where a number stands for all elements.
    internal Tensor? Tensor { get; }

    internal double Number => _number;

    private bool Is(double number) => Tensor is null && _number == number;

    public static Raw Constant(double value) => new(value);

    public static Raw operator +(Raw a, Raw b) =>
        (a.Tensor, b.Tensor) switch
        {
            (null, null) => new(a._number + b._number),
            (null, { } y) => a._number == 0 ? b : Scaled(y, a._number, static (x, n) => x.Plus(n)),
            ({ } x, null) => b._number == 0 ? a : Scaled(x, b._number, static (x, n) => x.Plus(n)),
            ({ } x, { } y) => new(x.Plus(y)),
        };

    public static Raw operator -(Raw a, Raw b) =>
        (a.Tensor, b.Tensor) switch
        {
            (null, null) => new(a._number - b._number),
            (null, { } y) => Scaled(y.neg(), a._number, static (x, n) => x.Plus(n)),
            ({ } x, null) => b._number == 0 ? a : Scaled(x, b._number, static (x, n) => x.Minus(n)),
            ({ } x, { } y) => new(x.Minus(y)),
        };

    public static Raw operator *(Raw a, Raw b) =>
        (a.Tensor, b.Tensor) switch
        {
            (null, null) => new(a._number * b._number),
            (null, { }) => b * a,
            ({ } x, null) => b._number == 1 ? a : Scaled(x, b._number, static (x, n) => x.mul(n)),
            ({ } x, { } y) => new(x.mul(y)),
        };

    public static Raw operator /(Raw a, Raw b) =>
        (a.Tensor, b.Tensor) switch
        {
            (null, null) => new(a._number / b._number),
            (null, { } y) => new(Filled(y, a._number).div(y)),
            ({ } x, null) => b._number == 1 ? a : Scaled(x, b._number, static (x, n) => x.div(n)),
            ({ } x, { } y) => new(x.div(y)),
        };

    public static Raw operator -(Raw x) => x.Tensor is { } t ? new(t.neg()) : new(-x._number);

    public static Raw Abs(Raw x) => x.Tensor is { } t ? new(t.abs()) : new(Math.Abs(x._number));

    public static Raw Max(Raw a, Raw b) =>
        a.Tensor is null && b.Tensor is null ? new(Math.Max(a._number, b._number)) : new(Beside(a, b.Tensor).maximum(Beside(b, a.Tensor)));

    public static Raw Min(Raw a, Raw b) =>
        a.Tensor is null && b.Tensor is null ? new(Math.Min(a._number, b._number)) : new(Beside(a, b.Tensor).minimum(Beside(b, a.Tensor)));

    public static Raw Sqrt(Raw x) => x.Tensor is { } t ? new(t.sqrt()) : new(Math.Sqrt(x._number));

    public static Raw Exp(Raw x) => x.Tensor is { } t ? new(t.exp()) : new(Math.Exp(x._number));

    public static Raw Log(Raw x) => x.Tensor is { } t ? new(t.log()) : new(Math.Log(x._number));

    public static Raw Log1P(Raw x) => x.Tensor is { } t ? new(t.log1p()) : new(Real.Log1P(x._number));

    public static Raw ExpM1(Raw x) => x.Tensor is { } t ? new(t.expm1()) : new(Real.ExpM1(x._number));

    public static Raw Tanh(Raw x) => x.Tensor is { } t ? new(t.tanh()) : new(Real.Tanh(x._number));

    // Far away |x| − log 2 + log(1 + e^−2|x|); next to 0, where that would cancel, −½ log(1 − tanh² x).
    public static Raw LogCosh(Raw x)
    {
        if (x.Tensor is null)
            return new(Real.LogCosh(x._number));
        var (size, tanh) = (Abs(x), Tanh(x));
        var far = size + (Log1P(Exp(Constant(-2) * size)) - Constant(Logarithm.Ln2));
        return IfLess(size, Constant(1), Constant(-0.5) * Log1P(-(tanh * tanh)), far);
    }

    public static Raw Atan(Raw x) => x.Tensor is { } t ? new(t.atan()) : new(Real.Atan(x._number));

    public static Raw Erf(Raw x) => x.Tensor is { } t ? new(t.erf()) : new(Real.Erf(x._number));

    public static (Raw Sin, Raw Cos) SinCos(Raw x)
    {
        if (x.Tensor is { } t)
            return (new(t.sin()), new(t.cos()));
        var (sin, cos) = Real.SinCos(x._number);
        return (new(sin), new(cos));
    }

    public static Raw LogGamma(Raw x) => x.Tensor is { } t ? NotNegative(t, t.lgamma()) : new(Real.LogGamma(x._number));

    // libtorch's own are off by 10⁻⁹ of the trigamma function, and by many units next to the zero of the digamma function.
    public static Raw Polygamma(int order, Raw x) => OneByOne(x, number => Real.Polygamma(order, number));

    public static Raw Digamma(Raw x) => OneByOne(x, Real.Digamma);

    private static Raw OneByOne(Raw x, Func<Real, Real> function)
    {
        if (x.Tensor is not { } t)
            return new(function(x._number));
        using var wide = t.detach().to(ScalarType.Float64).cpu().contiguous();
        var values = Array.ConvertAll(wide.data<double>().ToArray(), number => function(number).Value);
        return new(tensor(values, t.shape, t.dtype, t.device));
    }

    // libtorch has values below 0.
    private static Raw NotNegative(Tensor x, Tensor value) =>
        Select(Compared(x, 0, static (x, n) => x.lt(n)), x, new(double.NaN), new(value));

    // libtorch's roots and squares have the same bits wherever an element stands, its other powers have not.
    public static Raw Power(Raw x, double exponent) =>
        exponent == 1.5 ? x * Sqrt(x)
        : x.Tensor is { } t ? Scaled(t, exponent, static (x, n) => x.pow(n))
        : new(Math.Pow(x._number, exponent));

    public static Logistic<Raw> Logistic(Raw x)
    {
        if (x.Tensor is not { } t)
        {
            var l = Real.Logistic(x._number);
            return new(new(l.Softplus), new(l.SoftplusOfMinus), new(l.Sigmoid), new(l.SigmoidOfMinus));
        }
        // One exponential, of −|x|: it never overflows, and the logarithm never cancels.
        var e = t.abs().neg().exp();
        var log = e.log1p();
        var whole = Scaled(e, 1, static (x, n) => x.Plus(n)).Tensor!;
        Tensor near = whole.reciprocal(),
            far = e.div(whole),
            isNegative = Compared(t, 0, static (x, n) => x.lt(n));
        return new(
            new(log.where(isNegative, log.Plus(t))),
            new(log.Minus(t).where(isNegative, log)),
            new(far.where(isNegative, near)),
            new(near.where(isNegative, far))
        );
    }

    public static Raw Weigh(Raw weight, Raw x)
    {
        if (weight.Is(0) || x.Is(0))
            return new(0);
        return weight.Tensor is { } w ? new((weight * x).Tensor!.masked_fill(Compared(w, 0, static (x, n) => x.eq(n)), Zero)) : weight * x;
    }

    public static Raw Detach(Raw x) => x;

    public static Raw Given(Raw x, Raw value) =>
        x.Tensor is { } t ? Select(t.ne(t), t, new(double.NaN), value)
        : double.IsNaN(x._number) ? x
        : value;

    public static Raw IfLess(Raw a, Raw b, Raw less, Raw otherwise)
    {
        if (a.Tensor is null && b.Tensor is null)
            return a._number < b._number ? less : otherwise;
        return Select(Less(a, b), (a.Tensor ?? b.Tensor)!, less, otherwise);
    }

    /// <summary>Where a &lt; b; one of them is a tensor.</summary>
    internal static Tensor Less(Raw a, Raw b) =>
        (a.Tensor, b.Tensor) switch
        {
            (null, { } y) => Compared(y, a._number, static (x, n) => x.gt(n)),
            ({ } x, null) => Compared(x, b._number, static (x, n) => x.lt(n)),
            _ => a.Tensor!.lt(b.Tensor!),
        };

    /// <summary>One of two, by a mask; differentiable, for what is not chosen has the gradient 0 whatever comes.</summary>
    internal static Raw Select(Tensor mask, Tensor like, Raw chosen, Raw otherwise) =>
        (chosen.Tensor, otherwise.Tensor) switch
        {
            (null, null) when chosen._number == otherwise._number => chosen,
            (null, null) => Select(mask, like, chosen, new(Filled(like, otherwise._number).expand(mask.shape))),
            (null, { } y) => Scaled(y, chosen._number, (y, n) => y.masked_fill(mask, n)),
            ({ } x, null) => Scaled(x, otherwise._number, (x, n) => x.masked_fill(mask.eq(Zero), n)),
            ({ } x, { } y) => new(x.where(mask, y)),
        };

    /// <summary>A scalar of a number, of the data type and on the device of a tensor.</summary>
    internal static Tensor Filled(Tensor like, double number) => tensor(number, like.dtype, like.device);

    private static readonly Scalar Zero = 0.0.ToScalar();

    private static Tensor Beside(Raw x, Tensor? other) => x.Tensor ?? Filled(other!, x._number);

    // libtorch's scalars are native objects, too: none is left to the garbage collector.
    private static Raw Scaled(Tensor x, double number, Func<Tensor, Scalar, Tensor> operation)
    {
        using var scalar = number.ToScalar();
        return new(operation(x, scalar));
    }

    private static Tensor Compared(Tensor x, double number, Func<Tensor, Scalar, Tensor> comparison)
    {
        using var scalar = number.ToScalar();
        return comparison(x, scalar);
    }
}
