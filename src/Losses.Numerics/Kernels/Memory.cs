using System.Runtime.CompilerServices;
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
