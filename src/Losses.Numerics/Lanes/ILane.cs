namespace Losses;

/// <summary>A SIMD register of float64 numbers over data stored as <typeparamref name="TStorage"/>: the number type of the kernels.</summary>
/// <typeparam name="T">The lane itself.</typeparam>
/// <typeparam name="TStorage">float or double: what the data are stored as; every operation is in float64, rounded once when stored.</typeparam>
internal interface ILane<T, TStorage> : IReal<T>
    where T : struct, ILane<T, TStorage>
    where TStorage : unmanaged
{
    /// <summary>Whether this machine has the instructions of this width.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>How many numbers a lane holds.</summary>
    static abstract int Count { get; }

    /// <summary>The numbers from <paramref name="offset"/> on.</summary>
    static abstract T Load(ref readonly TStorage source, nuint offset);

    /// <summary>Rounds to the storage type and stores.</summary>
    static abstract void Store(T value, ref TStorage destination, nuint offset);

    /// <summary>As <see cref="Store"/>, past the cache; the place is a multiple of the lane's size in storage.</summary>
    static abstract void Stream(T value, ref TStorage destination, nuint offset);

    /// <summary>The float64 numbers from <paramref name="offset"/> on, whatever the storage type.</summary>
    static abstract T LoadNumbers(ref readonly double source, nuint offset);

    /// <summary>Stores without rounding.</summary>
    static abstract void StoreNumbers(T value, ref double destination, nuint offset);

    /// <summary><paramref name="equal"/> where a = b, else <paramref name="otherwise"/> (also where either is NaN).</summary>
    static abstract T IfEqual(T a, T b, T equal, T otherwise);

    /// <summary>a · b + c, rounded once.</summary>
    static abstract T MultiplyAdd(T a, T b, T c);
}
