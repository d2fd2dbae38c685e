using System.Runtime.CompilerServices;
using Xunit;

namespace Losses.Tests;

/// <summary>The public surface of the libraries, one member a line, as it was approved.</summary>
public class Surface
{
    [Fact]
    public void Is_as_approved() =>
        Assert.Equal("", PublicSurface.Differences(Path.GetDirectoryName(Here())!, "Surface", Core.Numerics, Core.FSharp, Core.CSharp));

    [Fact]
    public void Names_every_kind_of_member() =>
        Assert.Equal(
            [
                "Losses.Tests.Surface+Sample<T> : class, IEquatable<T> where T : struct, IReal<T>",
                "Losses.Tests.Surface+Sample<T> const Half = 0.5",
                "Losses.Tests.Surface+Sample<T>.Changed event Action",
                "Losses.Tests.Surface+Sample<T>.Equals(T other) : bool",
                "Losses.Tests.Surface+Sample<T>.Of<U>(ref U[] x, params int[] rest) : static ValueTuple<T, U> where U : class",
                "Losses.Tests.Surface+Sample<T>.Size : int { get; init; }",
                "Losses.Tests.Surface+Sample<T>.Word(string? word = null, double half = 0.5, Reduction reduction = Reduction.Mean, T any = default) : virtual string",
                "Losses.Tests.Surface+Sample<T>.this[int index] : int { get; }",
                "new Losses.Tests.Surface+Sample<T>(int size)",
            ],
            PublicSurface.Lines(typeof(Sample<>)).Order(StringComparer.Ordinal)
        );

    private static string Here([CallerFilePath] string path = "") => path;

    // A member of every kind.
    private class Sample<T>(int size) : IEquatable<T>
        where T : struct, IReal<T>
    {
        public const double Half = 0.5;

        public int Size { get; init; } = size;

        public int this[int index] => index;

        public event Action Changed
        {
            add { }
            remove { }
        }

        public bool Equals(T other) => false;

        public virtual string Word(string? word = null, double half = Half, Reduction reduction = Reduction.Mean, T any = default) =>
            $"{word}{half}{reduction}{any}";

        public static (T, U) Of<U>(ref U[] x, params int[] rest)
            where U : class => (default, x[rest[0]]);

        internal int Hidden => Size;
    }
}
