// What runs the same ahead-of-time compiled: the bits of losses, of one's own too, of gradients and of products with a Hessian.
using System.Runtime.CompilerServices;
using Losses;
using Losses.CSharp;

double[] numbers = [2.0, 1.0, -1.0, 0.5, 0.1, 3.0];
var x = DiffTensor.Create(numbers, 2, 3);
var t = DiffTensor.Create([1.5, -1.0, 0.25, 2.0, 0.0, -3.0], 2, 3);
var labels = new Labels(0, 2);

Write("cross-entropy", x => Loss.CrossEntropy(x, labels, labelSmoothing: 0.1).Mean());
Write("weighted", x => Loss.Huber(x, t, delta: 0.5).Weighted(DiffTensor.Create([1.0, 0, 2, 3, 1, 1], 2, 3)).Mean());
Write("pointwise", x => Loss.Pointwise(x, t, 0.75 * new SquaredHinge() + 0.25 * new L1()).Mean());
Write("sums", x => Loss.Sums(x, t, new RelativeError(), axes: -1).Mean());

var gradient = new float[6];
float[] prediction = [.. numbers.Select(x => (float)x)];
var value = (0.75 * new SquaredHinge() + 0.25 * new L1()).ValueAndGradient(prediction, [1, -1, 1, -1, 1, 1], gradient);
Console.WriteLine(
    $"spans {BitConverter.SingleToInt32Bits(value):x8} {string.Join(' ', gradient.Select(g => BitConverter.SingleToInt32Bits(g).ToString("x8")))}"
);

value = new CrossEntropy(labelSmoothing: 0.1).ValueAndGradient(prediction, [0, 2], gradient);
Console.WriteLine(
    $"rows {BitConverter.SingleToInt32Bits(value):x8} {string.Join(' ', gradient.Select(g => BitConverter.SingleToInt32Bits(g).ToString("x8")))}"
);

var total = new LossAccumulator();
total.Add(prediction);
Console.WriteLine($"stored {System.Convert.ToHexString(total.ToBytes())}");

void Write(string name, Func<DiffTensor<double>, DiffTensor<double>> loss)
{
    var (value, gradient) = Diff.ValueAndGrad(loss, x);
    Console.WriteLine($"{name} {Bits(value)}; {Bits(gradient)}; {Bits(Diff.Hvp(loss, x, t))}");
}

static string Bits(DiffTensor<double> x) => string.Join(' ', x.ToArray().Select(x => BitConverter.DoubleToInt64Bits(x).ToString("x16")));

readonly struct SquaredHinge : IPointwise
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Apply<T>(T prediction, T target)
        where T : IReal<T> => T.Power(T.Max(T.Constant(0), T.Constant(1) - prediction * target), 2);
}

readonly struct RelativeError : ISums
{
    public static int Count => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Terms<T> Of<T>(T prediction, T target)
        where T : IReal<T>
    {
        var d = prediction - target;
        return new(d * d, target * target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(Terms<T> sums)
        where T : IReal<T> => sums.A / sums.B;
}
