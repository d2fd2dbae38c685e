using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Losses;

// What a loop over more than fits a cache can tell the memory.
internal static unsafe class Memory
{
    // A cache line, and the widest register.
    public const int Line = 64;

    // How far ahead of a loop its operands are asked for: while a block is summed nobody else asks for the next one's.
    private const int Ahead = 8192;

    // From here on, results are not worth a place in the cache: who reads them next finds the first of them gone.
    private const long Streamed = 1 << 22;

    // Whether so many bytes of results had better go past the cache.
    public static bool IsStreamed(long bytes) => bytes >= Streamed;

    // How many bytes there are until the next cache line begins.
    public static int ToLine(void* address) => (int)(-(nint)address & (Line - 1));

    // New memory for results that are about to be written. A page that is touched for the first time costs more than to compute what is written to it: large results ask for
    // huge pages, of which there are few.
    public static T[] Fresh<T>(int count)
        where T : unmanaged
    {
        var array = GC.AllocateUninitializedArray<T>(count);
        if ((long)count * sizeof(T) >= HugePage)
            fixed (T* start = array)
                AskForHugePages((nint)start, (nuint)count * (nuint)sizeof(T));
        return array;
    }

    // Advice: where it is not taken, nothing is lost.
    public static void AskForHugePages(nint start, nuint length)
    {
        var first = start & -Page;
        if (s_advise is not null)
            _ = s_advise(first, (nuint)(start + (nint)length - first) & ~(nuint)(Page - 1), HugePages);
    }

    public const int HugePage = 1 << 21;
    private const int Page = 1 << 12;
    private const int HugePages = 14;

    private static readonly delegate* unmanaged<nint, nuint, int, int> s_advise =
        OperatingSystem.IsLinux() && NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), "madvise", out var advise)
            ? (delegate* unmanaged<nint, nuint, int, int>)advise
            : null;

    // Asks for what a loop will need a little later.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(void* place) => Ask((byte*)place + Ahead);

    // Asks for a cache line; any address will do.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ask(void* place)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(place);
    }
}
