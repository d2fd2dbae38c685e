using System.Runtime.Intrinsics;
using Xunit;

namespace Losses.Tests;

/// <summary>The product of matrices against the sum of its terms in order, bit by bit.</summary>
public sealed class ProductTests
{
    // Nothing, one, whole tiles of every width, one more, and past each kind of block.
    private static readonly (int Rows, int Shared, int Columns)[] s_shapes =
    [
        (0, 3, 4),
        (3, 0, 4),
        (3, 4, 0),
        (1, 1, 1),
        (1, 300, 1),
        (2, 3, 5),
        (6, 8, 4),
        (12, 256, 16),
        (13, 257, 17),
        (97, 31, 33),
        (1, 70, 1100),
        (205, 7, 3),
        (5, 515, 2060),
        (150, 300, 130),
    ];

    public static TheoryData<int, bool, bool, int> Cases
    {
        get
        {
            var cases = new TheoryData<int, bool, bool, int>();
            for (var shape = 0; shape < s_shapes.Length; shape++)
                foreach (var isFirst in (bool[])[false, true])
                foreach (var isSecond in (bool[])[false, true])
                foreach (var weighing in (Weighing[])[Weighing.None, Weighing.First, Weighing.Second])
                    cases.Add(shape, isFirst, isSecond, (int)weighing);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Product_has_the_bits_of_the_terms_added_in_order(int shape, bool isFirst, bool isSecond, int weighing)
    {
        var (rows, shared, columns) = s_shapes[shape];
        var random = new Random(shape);
        foreach (var odd in (double[])[0, 0.02])
        {
            var a = Numbers(random, rows * shared, odd);
            var b = Numbers(random, shared * columns, odd);
            var start = Numbers(random, rows * columns, 0);
            var expected = Naive(a, b, start, rows, shared, columns, isFirst, isSecond, (Weighing)weighing);
            foreach (var workers in (int[])[1, 2, 7])
            foreach (var width in (int[])[128, 256, 512])
                Same(expected, Blocked(a, b, start, rows, shared, columns, isFirst, isSecond, (Weighing)weighing, workers, width));
            var narrow = Array.ConvertAll(a, static x => (float)x);
            var widened = Array.ConvertAll(narrow, static x => (double)x);
            Same(
                Naive(widened, b, start, rows, shared, columns, isFirst, isSecond, (Weighing)weighing),
                Blocked(narrow, b, start, rows, shared, columns, isFirst, isSecond, (Weighing)weighing, 2, 0)
            );
        }
    }

    [Fact]
    public void Gradients_of_a_product_are_products_with_what_comes_from_above()
    {
        var random = new Random(3);
        DiffTensor<double> a = new(Numbers(random, 3 * 4 * 5, 0), [3, 4, 5]),
            b = new(Numbers(random, 3 * 5 * 6, 0), [3, 5, 6]),
            g = new(Numbers(random, 3 * 4 * 6, 0), [3, 4, 6]);
        var (_, pull) = DiffTensor.Pullback(x => DiffTensor<double>.MatMul(x[0], x[1]), [a, b]);
        var gradients = pull(g);
        Assert.Equal(DiffTensor<double>.MatMul(g, DiffTensor<double>.Permute(b, [0, 2, 1])).ToArray(), gradients[0].ToArray());
        Assert.Equal(DiffTensor<double>.MatMul(DiffTensor<double>.Permute(a, [0, 2, 1]), g).ToArray(), gradients[1].ToArray());
    }

    // With zeros, and now and then a number that is not finite.
    private static double[] Numbers(Random random, int count, double odd)
    {
        var numbers = new double[count];
        for (var i = 0; i < count; i++)
            numbers[i] = random.NextDouble() switch
            {
                < 0.1 => 0,
                var x when x < 0.1 + odd => random.Next(3) switch
                {
                    0 => double.NaN,
                    1 => double.PositiveInfinity,
                    _ => double.NegativeInfinity,
                },
                _ => random.NextDouble() - 0.5,
            };
        return numbers;
    }

    private static double[] Naive(
        double[] a,
        double[] b,
        double[] start,
        int rows,
        int shared,
        int columns,
        bool isFirst,
        bool isSecond,
        Weighing weighing
    )
    {
        var result = (double[])start.Clone();
        for (var i = 0; i < rows; i++)
        for (var j = 0; j < columns; j++)
        for (var k = 0; k < shared; k++)
        {
            var x = isFirst ? a[k * rows + i] : a[i * shared + k];
            var y = isSecond ? b[j * shared + k] : b[k * columns + j];
            if (weighing == Weighing.First && x == 0 || weighing == Weighing.Second && y == 0)
                continue;
            result[i * columns + j] = Math.FusedMultiplyAdd(x, y, result[i * columns + j]);
        }
        return result;
    }

    private static unsafe double[] Blocked<S>(
        S[] a,
        double[] b,
        double[] start,
        int rows,
        int shared,
        int columns,
        bool isFirst,
        bool isSecond,
        Weighing weighing,
        int workers,
        int width
    )
        where S : unmanaged
    {
        var result = (double[])start.Clone();
        fixed (S* pa = a)
        fixed (
            double* pb = b,
                pc = result
        )
        {
            var isSingle = typeof(S) == typeof(float);
            Matrix first = isFirst ? new((nint)pa, isSingle, 1, rows) : new((nint)pa, isSingle, shared, 1),
                second = isSecond ? new((nint)pb, false, 1, shared) : new((nint)pb, false, columns, 1);
            var product = new Product(first, second, weighing, pc, columns, rows, shared, columns);
            if (width == 128)
                product.Run<Lane<Simd128, Vector128<double>, double>>(workers);
            else if (width == 256 && Simd256.IsSupported)
                product.Run<Lane<Simd256, Vector256<double>, double>>(workers);
            else
                product.Run(workers);
        }
        return result;
    }

    private static void Same(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            if (!expected[i].Equals(actual[i]))
                Assert.Fail($"element {i} is {actual[i]:R}, but the terms in order make {expected[i]:R}.");
    }
}
