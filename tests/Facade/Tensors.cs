using System.Numerics.Tensors;
using Losses.CSharp;
using Xunit;

namespace Losses.Tests;

/// <summary>Tensors, labels and weights as a C# user makes, reads and prints them.</summary>
public class Tensors
{
    [Fact]
    public void Come_from_arrays_of_each_form()
    {
        Near.Same(
            DiffTensor.Create([1f, 2, 3, 4, 5, 6], 2, 3),
            DiffTensor.Create(
                new float[,]
                {
                    { 1, 2, 3 },
                    { 4, 5, 6 },
                }
            )
        );
        Near.Same(new DiffTensor<double>([1, 2, 3], [3]), DiffTensor.Create(1.0, 2, 3));
        Near.Same(new DiffTensor<double>([1, 2], [1, 2]), DiffTensor.Create(new double[] { 1, 2 }, [1, 2]));
        Near.Same(new DiffTensor<double>([7], []), DiffTensor.Scalar(7.0));
        Assert.Equal(Shape.Scalar, DiffTensor.Scalar(7.0).Shape);
        Near.Same(new DiffTensor<float>([2, 2, 2, 2], [2, 2]), DiffTensor<float>.Filled(2, [2, 2]));
    }

    [Fact]
    public void Do_not_share_the_array_they_come_from_or_give()
    {
        double[] values = [1, 2, 3];
        var tensor = DiffTensor.Create(values);
        values[0] = 9;
        tensor.ToArray()[1] = 9;
        Assert.Equal([1, 2, 3], tensor.ToArray());
    }

    [Fact]
    public void Are_indexed_from_both_ends()
    {
        var matrix = DiffTensor.Create(
            new float[,]
            {
                { 1, 2, 3 },
                { 4, 5, 6 },
            }
        );
        Assert.Equal(6, matrix[1, 2]);
        Assert.Equal(6, matrix[-1, -1]);
        Assert.Equal(4, matrix[1, -3]);
        Assert.Equal(5, DiffTensor.Scalar(5.0)[[]]);
        Assert.Equal(2, DiffTensor<double>.Filled(2, [3, 3])[2, 1]);
        Assert.Equal(3, matrix.Shape[-1]);
        Assert.Equal(2, matrix.Shape.Rank);
        Assert.Equal(6, matrix.Count);
    }

    [Theory]
    [InlineData(new[] { 4 })]
    [InlineData(new[] { 2, 3 })]
    [InlineData(new[] { 2, 0, 3 })]
    [InlineData(new[] { 2, 1, 3, 2 })]
    public void Go_to_the_tensors_of_dotnet_and_back(int[] lengths)
    {
        var tensor = Samples.Numbers<float>(lengths, 1);
        var other = tensor.ToTensor();
        Assert.Equal(lengths, other.Lengths.ToArray().Select(length => (int)length));
        Near.Same(tensor, DiffTensor.Create(other));
    }

    [Fact]
    public void Of_no_axis_go_to_the_tensors_of_dotnet_as_a_row_of_one() =>
        Near.Same(DiffTensor.Create(2.5), DiffTensor.Create(DiffTensor.Scalar(2.5).ToTensor()));

    [Fact]
    public void Come_from_tensors_of_dotnet_that_are_not_dense()
    {
        var dense = Tensor.Create<double>([1, 2, 3, 4, 5, 6], [2, 3]);
        Near.Same(
            DiffTensor.Create(
                new double[,]
                {
                    { 1, 4 },
                    { 2, 5 },
                    { 3, 6 },
                }
            ),
            DiffTensor.Create(Tensor.PermuteDimensions(dense, [1, 0]))
        );
        Near.Same(
            DiffTensor.Create(
                new double[,]
                {
                    { 2, 3 },
                    { 5, 6 },
                }
            ),
            DiffTensor.Create(dense.Slice(0..2, 1..3))
        );
    }

    [Fact]
    public void Print_type_shape_and_values()
    {
        Assert.Equal("float64 () 2.5", DiffTensor.Scalar(2.5).ToString());
        Assert.Equal("float32 (3) [1, -2, 0.333333]", DiffTensor.Create(1f, -2, 1f / 3).ToString());
        Assert.Equal(
            "float64 (2, 2)\n[[1, 2],\n [3, 4]]",
            DiffTensor
                .Create(
                    new double[,]
                    {
                        { 1, 2 },
                        { 3, 4 },
                    }
                )
                .ToString()
        );
        Assert.Equal("float64 (0) []", DiffTensor.Create(Array.Empty<double>()).ToString());
        Assert.Equal("float64 (2) [NaN, -Infinity]", DiffTensor.Create(double.NaN, double.NegativeInfinity).ToString());
        Assert.Equal(
            "float64 (100) [0, 1, 2, 3, …, 96, 97, 98, 99]",
            DiffTensor.Create([.. Enumerable.Range(0, 100).Select(i => (double)i)]).ToString()
        );
        Assert.Equal("float32 (2) [5, 5]", DiffTensor<float>.Filled(5, [2]).ToString());
    }

    [Fact]
    public void Print_the_same_in_every_culture()
    {
        var culture = Thread.CurrentThread.CurrentCulture;
        try
        {
            var german = (System.Globalization.CultureInfo)System.Globalization.CultureInfo.InvariantCulture.Clone();
            german.NumberFormat.NumberDecimalSeparator = ",";
            Thread.CurrentThread.CurrentCulture = german;
            Assert.Equal("float64 (2) [0.5, 1.5]", DiffTensor.Create(0.5, 1.5).ToString());
            Assert.Equal("weights (2) [0.5, 1.5]", ((Weights)new[] { 0.5, 1.5 }).ToString());
            Assert.Contains("delta is -0.5,", Assert.Throws<ArgumentOutOfRangeException>(() => new Huber(-0.5)).Message);
            Assert.Contains("scale is NaN,", Assert.Throws<ArgumentOutOfRangeException>(() => double.NaN * new MSE()).Message);
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Compute_with_numbers()
    {
        var x = DiffTensor.Create(1f, 2, 4);
        Near.Same(DiffTensor.Create(1f, 1.5f, 2.5f), 0.5 * x + 0.5);
        Near.Same(DiffTensor.Create(2f, 1, 0.5f), 2 / x);
        Near.Same(DiffTensor.Create(-2f, -3, -5), -(x + 1));
    }

    [Fact]
    public void Shapes_are_collections_of_lengths()
    {
        Shape shape = [2, 3],
            none = [];
        int[] lengths = [2, 3];
        Assert.Equal(shape, new Shape(2, 3));
        Assert.Equal(shape, (Shape)lengths);
        Assert.True(shape == lengths && shape != none && none == Shape.Scalar && none == default);
        Assert.Equal(shape.GetHashCode(), new Shape(2, 3).GetHashCode());
        Assert.Equal("(2, 3)", shape.ToString());
        Assert.Equal((6, 1), (shape.Size, none.Size));
        Assert.Equal([2, 3, 4], new List<int>([.. shape, 4]));
    }

    [Fact]
    public void A_shape_does_not_change_with_the_array_it_comes_from()
    {
        int[] lengths = [2, 3];
        Shape shape = lengths,
            made = new(lengths);
        lengths[0] = 7;
        Assert.Equal("(2, 3) (2, 3)", $"{shape} {made}");
    }

    [Fact]
    public void Labels_and_weights_come_from_arrays()
    {
        Labels labels = new[] { 0, 2, 1 };
        Assert.Equal("labels (3) [0, 2, 1]", labels.ToString());
        Assert.Equal("labels (2, 2) [0, 1, 2, 3]", new Labels([0L, 1L, 2L, 3L], new Shape(2, 2)).ToString());
        Assert.Equal("labels () [4]", Labels.Single(4).ToString());
        Assert.Equal("labels (0, 3) []", new Labels([], new Shape(0, 3)).ToString());
        Weights weights = new float[] { 0.5f, 2 };
        Assert.Equal("weights (2) [0.5, 2]", weights.ToString());
        Assert.Equal("weights () [3]", ((Weights)3).ToString());
        Assert.Equal("no weights", Weights.None.ToString());
        Assert.Equal(
            "weights (1, 2) [1, 2]",
            (
                (Weights)
                    DiffTensor.Create(
                        new double[,]
                        {
                            { 1, 2 },
                        }
                    )
            ).ToString()
        );
    }
}
