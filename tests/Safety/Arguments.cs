using System.Numerics.Tensors;
using System.Reflection;
using Losses.FSharp;
using Microsoft.FSharp.Core;

namespace Losses.Tests;

/// <summary>Arguments of every type: of use, and of none.</summary>
internal static class Arguments
{
    internal static readonly object Cancelled = new CancellationToken(canceled: true);

    private const int Huge = 1 << 30;

    private static readonly Dictionary<Type, object?[]> s_pools = [];

    /// <summary>Each argument in turn with everything there is, the others of use, and all of them at random.</summary>
    internal static IEnumerable<object?[]> For(Type[] types, bool hasInstance)
    {
        var pools = Array.ConvertAll(types, Pool);
        // Nothing has no members.
        if (hasInstance)
            pools[0] = [.. pools[0].Where(value => value is not null)];
        yield return Array.ConvertAll(pools, pool => pool[0]);
        for (var i = 0; i < pools.Length; i++)
            foreach (var value in pools[i])
                yield return [.. pools.Select((pool, j) => i == j ? value : pool[0])];
        var random = new Random(types.Length);
        for (var i = 0; i < 40 * types.Length; i++)
            yield return Array.ConvertAll(pools, pool => pool[random.Next(pool.Length)]);
    }

    internal static bool IsHuge(object? value) =>
        value switch
        {
            DiffTensor<double> tensor => tensor.Count >= Huge,
            DiffTensor<float> tensor => tensor.Count >= Huge,
            LossValues<DiffTensor<double>> loss => loss.Weights.Count >= Huge,
            LossValues<DiffTensor<float>> loss => loss.Weights.Count >= Huge,
            Shape shape => shape.Size >= Huge,
            int count => Math.Abs((long)count) >= Huge,
            Dual<DiffTensor<double>> dual => IsHuge(dual.Value) || IsHuge(dual.Derivative),
            Dual<DiffTensor<float>> dual => IsHuge(dual.Value) || IsHuge(dual.Derivative),
            Array array => array.Cast<object?>().Any(IsHuge),
            _ => false,
        };

    internal static string Text(object? value) =>
        value switch
        {
            null => "null",
            DiffTensor<double> tensor => $"tensor {tensor.Shape}",
            DiffTensor<float> tensor => $"tensor {tensor.Shape}",
            Array array => $"[{string.Join(", ", array.Cast<object?>().Take(4).Select(Text))}{(array.Length > 4 ? ", …" : "")}]",
            _ => value.ToString()!,
        };

    private static object?[] Pool(Type type)
    {
        if (!s_pools.TryGetValue(type, out var pool))
            s_pools[type] = pool = Made(type);
        return pool;
    }

    private static readonly float[] s_logits = [1, 0, 2, float.NegativeInfinity, 1e30f, 0.5f];
    private static readonly ClassShard s_allClasses = CrossEntropyShard.Of(3, 0, 3);
    private static readonly ClassShard s_someClasses = CrossEntropyShard.Of(3, 1, 2);

    private static object?[] Made(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return [null, .. Pool(underlying)];
        if (type.IsEnum)
            return [.. Enum.GetValues(type).Cast<object?>(), Enum.ToObject(type, 42), Enum.ToObject(type, -1)];
        if (type == typeof(double))
            return [1.0, 0.0, 0.5, -1.0, 2.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300, 5e-324, double.MaxValue];
        if (type == typeof(float))
            return [1f, 0f, -1f, float.NaN, float.PositiveInfinity];
        if (type == typeof(int))
            return [1, 0, 2, 3, -1, -2, 7, int.MaxValue, int.MinValue, Huge];
        if (type == typeof(long))
            return [1L, 0L, -1L, long.MaxValue, long.MinValue];
        if (type == typeof(bool))
            return [true, false];
        if (type == typeof(string))
            return ["x", "", null];
        if (type == typeof(object))
            return ["x", 1.0, Shape.Scalar, null];
        if (type == typeof(CancellationToken))
            return [default(CancellationToken), Cancelled];
        if (type == typeof(Shape))
            return
            [
                new Shape(2, 3),
                Shape.Scalar,
                new Shape(3),
                new Shape(0),
                new Shape(0, 3),
                new Shape(2, 0),
                new Shape(1, 1, 1, 1, 1, 1),
                new Shape(Huge),
                new Shape(1 << 15, 1 << 15),
                new Shape(Array.MaxLength),
                new Shape([.. Enumerable.Repeat(1, 64)]),
                new Shape([.. Enumerable.Repeat(2, 30)]),
                new Shape(0, Huge),
            ];
        if (type == typeof(Labels))
            return
            [
                new Labels(0, 1),
                new Labels(1, 0, 2),
                Labels.Single(1),
                new Labels(),
                new Labels([0, 1, 1, -1, 0, 2], [2, 3]),
                new Labels([0, 1], [2, 1]),
                new Labels(-1, int.MaxValue),
                new Labels(int.MinValue, -100),
                new Labels([], [0, 3]),
                null,
            ];
        if (type == typeof(Weights))
            return
            [
                Weights.None,
                (Weights)1.0,
                new Weights([1, 0, 2], [3]),
                new Weights([1, 0], [2]),
                new Weights([1, 0, 1, 1, 0, 1], [2, 3]),
                new Weights([], [0]),
                new Weights([1], [1, 1, 1, 1]),
                null,
            ];
        if (type == typeof(IDefinition))
            return [new Huber(0.5), new GaussianNLL(), new Focal(), new RankNet(), new NoShape(), null];
        if (type == typeof(Formula))
            return [Formula.Of(new Huber(0.5)), Formula.Of(new GaussianNLL()), null];
        if (type == typeof(Domain))
            return [Domain.Probability, Domain.All, Domain.PlusOrMinusOne, null];
        if (type == typeof(LossAccumulator))
        {
            var some = new LossAccumulator();
            some.Add([1.0, double.NaN, 1e308]);
            return [new LossAccumulator(), some, null];
        }
        if (type == typeof(ExactSum))
        {
            var some = new ExactSum();
            some.Add([1e308, double.PositiveInfinity]);
            return [new ExactSum(), some, null];
        }
        if (type == typeof(ClassShard))
            return [s_allClasses, s_someClasses, null];
        if (type == typeof(RowStatistics) || type == typeof(ClassParts))
            return
            [
                s_allClasses.Statistics(s_logits, [0, 2]),
                s_allClasses.Statistics(s_logits),
                s_someClasses.Statistics(s_logits.AsSpan(0, 4), [0, 2]),
                null,
            ];
        if (type == typeof(RowTerms))
            return [s_allClasses.Terms(s_logits, s_logits, s_allClasses.Statistics(s_logits)), null];
        if (type == typeof(System.Buffers.IBufferWriter<byte>))
            return [new System.Buffers.ArrayBufferWriter<byte>(), null];
        if (type == typeof(Func<>).MakeGenericType(typeof(int)))
            return [() => 1, null];
        if (type == typeof(Action))
            return [() => { }, null];
        if (type.IsArray)
            return Arrays(type);
        if (
            type.IsGenericType
            && typeof(Arguments).GetMethod("Any" + type.Name.Split('`')[0], BindingFlags.Static | BindingFlags.NonPublic) is { } made
        )
        {
            var arguments = type.GetGenericArguments();
            // Functions are between tensors; a name without a number type is of the type itself.
            var storages = Storages(type);
            if (storages.Length > 0)
                return (object?[])made.MakeGenericMethod(storages[0]).Invoke(null, [type])!;
        }
        return Constructed(type);
    }

    // The number types of the tensors that a type is made of.
    private static Type[] Storages(Type type) =>
        type.IsArray ? Storages(type.GetElementType()!)
        : !type.IsGenericType ? (type == typeof(float) || type == typeof(double) ? [type] : [])
        : [.. type.GetGenericArguments().SelectMany(Storages)];

    private static object?[] Arrays(Type type)
    {
        var element = type.GetElementType()!;
        if (type.GetArrayRank() == 2)
            return [Array.CreateInstance(element, 2, 3), Array.CreateInstance(element, 0, 3), null];
        if (element == typeof(int))
            return
            [
                new[] { 2, 3 },
                new[] { 0, 1 },
                new[] { 1, 1 },
                Array.Empty<int>(),
                new[] { 0 },
                new[] { -1, 3 },
                new[] { int.MaxValue, int.MaxValue },
                new[] { int.MinValue },
                new[] { Huge },
                new[] { 1, 0, 2 },
                new int[6],
                null,
            ];
        if (element == typeof(byte))
            return
            [
                new LossAccumulator().ToBytes(),
                new ExactSum().ToBytes(),
                Array.Empty<byte>(),
                new byte[1],
                new byte[5000],
                Enumerable.Repeat((byte)255, 600).ToArray(),
                null,
            ];
        var pool = Pool(element);
        Array Of(params object?[] values)
        {
            var array = Array.CreateInstance(element, values.Length);
            for (var i = 0; i < values.Length; i++)
                array.SetValue(values[i], i);
            return array;
        }
        return
        [
            Of([.. Enumerable.Repeat(pool[0], 6)]),
            Of(pool[0], pool[0]),
            Of(pool[0]),
            Of(),
            // Without null where there is none.
            Of([.. pool]),
            .. pool.Select(value => Of(value)),
            .. pool.Select(value => Of(pool[0], value)),
            .. pool.Select(value => Of(value, value)),
            null,
        ];
    }

    private static object?[] AnyDiffTensor<S>(Type _)
        where S : unmanaged, System.Numerics.IFloatingPointIeee754<S>
    {
        S[] six = [.. Enumerable.Range(1, 6).Select(i => S.CreateTruncating(i / 8.0))];
        return
        [
            new DiffTensor<S>(six, [2, 3]),
            new DiffTensor<S>(six, [3, 2]),
            new DiffTensor<S>(six, [6]),
            new DiffTensor<S>(six[..3], [3]),
            new DiffTensor<S>(six[..2], [2]),
            new DiffTensor<S>(six[..1], Shape.Scalar),
            new DiffTensor<S>(six, [1, 1, 2, 1, 3, 1]),
            new DiffTensor<S>([], [0]),
            new DiffTensor<S>([], [0, 3]),
            new DiffTensor<S>([], [2, 0]),
            new DiffTensor<S>([S.NaN, S.PositiveInfinity, S.NegativeInfinity, S.Zero, -S.One, S.CreateTruncating(1e30)], [2, 3]),
            DiffTensor<S>.Filled(0.5, [Huge]),
            DiffTensor<S>.Filled(0.5, [1 << 15, 1 << 15]),
            DiffTensor<S>.Filled(0.5, [2, 1 << 29]),
            null,
        ];
    }

    private static object?[] AnyLossValues<S>(Type _)
        where S : unmanaged, System.Numerics.IFloatingPointIeee754<S>
    {
        var x = (DiffTensor<S>)Pool(typeof(DiffTensor<S>))[0]!;
        return
        [
            CSharp.Loss.Huber(x, x),
            new LossValues<DiffTensor<S>>(DiffTensor<S>.Filled(1, Shape.Scalar)),
            new LossValues<DiffTensor<S>>(x, DiffTensor<S>.Filled(0, x.Shape)),
            LossValues<DiffTensor<S>>.OfSequences(x, x),
            CSharp.Loss.BCE(DiffTensor<S>.Filled(2, [3]), DiffTensor<S>.Filled(0, [3])),
            new LossValues<DiffTensor<S>>(DiffTensor<S>.Filled(0.5, [Huge])),
            new LossValues<DiffTensor<S>>(new DiffTensor<S>([], [0, 3])),
            null,
        ];
    }

    private static object?[] AnyTensor<S>(Type _)
        where S : unmanaged =>
        [System.Numerics.Tensors.Tensor.Create(new S[6], [2, 3]), System.Numerics.Tensors.Tensor.Create(Array.Empty<S>(), [0]), null];

    // From one tensor, from two, or from several.
    private static object?[] AnyFunc<S>(Type type)
        where S : unmanaged, System.Numerics.IFloatingPointIeee754<S> =>
        type == typeof(Func<DiffTensor<S>, DiffTensor<S>>)
            ?
            [
                (Func<DiffTensor<S>, DiffTensor<S>>)(x => x.Sum()),
                (Func<DiffTensor<S>, DiffTensor<S>>)(x => x * x),
                (Func<DiffTensor<S>, DiffTensor<S>>)(_ => null!),
                null,
            ]
        : type == typeof(Func<DiffTensor<S>[], DiffTensor<S>>)
            ?
            [
                (Func<DiffTensor<S>[], DiffTensor<S>>)(x => x.Length == 0 ? DiffTensor<S>.Constant(1) : x[0].Sum()),
                (Func<DiffTensor<S>[], DiffTensor<S>>)(x => x.Length == 0 ? DiffTensor<S>.Constant(1) : x[^1] * x[^1]),
                (Func<DiffTensor<S>[], DiffTensor<S>>)(_ => null!),
                null,
            ]
        : type == typeof(Func<DiffTensor<S>, DiffTensor<S>, DiffTensor<S>>)
            ?
            [
                (Func<DiffTensor<S>, DiffTensor<S>, DiffTensor<S>>)((a, b) => CSharp.Similarity.CosineDistance(a, b)),
                (Func<DiffTensor<S>, DiffTensor<S>, DiffTensor<S>>)((a, _) => a.Sum()),
                (Func<DiffTensor<S>, DiffTensor<S>, DiffTensor<S>>)((_, _) => null!),
                null,
            ]
        : type.GetGenericArguments() is [var result]
            ?
            [
                typeof(Arguments)
                    .GetMethod(nameof(Giving), BindingFlags.Static | BindingFlags.NonPublic)!
                    .MakeGenericMethod(result)
                    .Invoke(null, [Pool(result)[0]]),
                null,
            ]
        : throw new NotSupportedException($"there is no {type}.");

    private static Func<V> Giving<V>(V value) => () => value;

    private static object?[] AnyFSharpFunc<S>(Type type)
        where S : unmanaged, System.Numerics.IFloatingPointIeee754<S> =>
        type == typeof(FSharpFunc<DiffTensor<S>, DiffTensor<S>>)
            ?
            [
                .. Pool(typeof(Func<DiffTensor<S>, DiffTensor<S>>))
                    .Cast<Func<DiffTensor<S>, DiffTensor<S>>?>()
                    .Select(f => f is null ? null : FuncConvert.FromFunc(f)),
            ]
        : type == typeof(FSharpFunc<DiffTensor<S>[], DiffTensor<S>>)
            ?
            [
                .. Pool(typeof(Func<DiffTensor<S>[], DiffTensor<S>>))
                    .Cast<Func<DiffTensor<S>[], DiffTensor<S>>?>()
                    .Select(f => f is null ? null : FuncConvert.FromFunc(f)),
            ]
        : type == typeof(FSharpFunc<DiffTensor<S>, FSharpFunc<DiffTensor<S>, DiffTensor<S>>>)
            ?
            [
                .. Pool(typeof(Func<DiffTensor<S>, DiffTensor<S>, DiffTensor<S>>))
                    .Cast<Func<DiffTensor<S>, DiffTensor<S>, DiffTensor<S>>?>()
                    .Select(f => f is null ? null : FuncConvert.FromFunc(f)),
            ]
        : throw new NotSupportedException($"there is no {type}.");

    // By its constructors, from arguments of every kind; and what can be is null.
    private static object?[] Constructed(Type type)
    {
        var values = new List<object?>();
        if (type.GetProperty("Default", BindingFlags.Public | BindingFlags.Static) is { } standard)
            values.Add(standard.GetValue(null));
        if (type.IsValueType)
            values.Add(Activator.CreateInstance(type));
        foreach (var constructor in type.GetConstructors())
        {
            var call = Callable.Of(constructor);
            foreach (var arguments in For(call.Types, false))
                try
                {
                    values.Add(call.Invoke(arguments));
                }
                catch (Exception)
                {
                    // Seen where the constructor itself is walked.
                }
        }
        if (values.Count == 0)
            throw new NotSupportedException($"there is no {type}.");
        // A few of the many.
        var random = new Random(1);
        var head = values[0];
        values = [head, .. values.Skip(1).OrderBy(_ => random.Next()).Take(60)];
        if (!type.IsValueType)
            values.Add(null);
        return [.. values];
    }

    // A definition of no shape that there is.
    private readonly struct NoShape : IDefinition;
}
