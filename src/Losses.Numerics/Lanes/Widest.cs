using System.Runtime.Intrinsics;

namespace Losses;

// Work that is compiled for registers of every width.
internal interface IWork<TStorage>
    where TStorage : unmanaged
{
    void Run<TLane>()
        where TLane : struct, ILane<TLane, TStorage>;
}

internal static class Widest
{
    // With the widest registers that there are: the width changes no bit.
    public static void Run<TStorage, TWork>(in TWork work)
        where TStorage : unmanaged
        where TWork : struct, IWork<TStorage>
    {
        if (Lane<Simd512, Vector512<double>, TStorage>.IsSupported)
            work.Run<Lane<Simd512, Vector512<double>, TStorage>>();
        else if (Lane<Simd256, Vector256<double>, TStorage>.IsSupported)
            work.Run<Lane<Simd256, Vector256<double>, TStorage>>();
        else
            work.Run<Lane<Simd128, Vector128<double>, TStorage>>();
    }
}
