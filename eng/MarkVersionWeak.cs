using System;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Marks a version that a 64-bit ELF library requires as weak, where this system's libstdc++ does not have it.</summary>
/// <remarks>
/// Compiled by MSBuild against .NET Standard 2.0. The requirement is an entry (Elf64_Vernaux) of section .gnu.version_r, which hangs off
/// one entry (Elf64_Verneed) for each library that is needed. Source: Linux Standard Base, "Symbol Versioning".
/// </remarks>
public sealed class MarkVersionWeak : Task
{
    private const uint VersionNeeds = 0x6ffffffe;
    private const ushort Weak = 2;

    [Required]
    public ITaskItem[] Libraries { get; set; } = Array.Empty<ITaskItem>();

    [Required]
    public string Version { get; set; } = "";

    public override bool Execute()
    {
        if (SystemHas(Version))
            return true;
        foreach (var library in Libraries)
            Mark(library.ItemSpec);
        return !Log.HasLoggedErrors;
    }

    // The libstdc++ that this process, a .NET runtime, runs on: what the loader finds now it finds again. If there is none to be seen
    // the mark is made, as it does no harm where the version exists.
    private static bool SystemHas(string version)
    {
        var line = File.ReadLines("/proc/self/maps").FirstOrDefault(map => map.Contains("/libstdc++.so"));
        return line != null
            && Find(File.ReadAllBytes(line.Substring(line.IndexOf('/'))), Encoding.ASCII.GetBytes('\0' + version + '\0')) >= 0;
    }

    private void Mark(string path)
    {
        var file = File.ReadAllBytes(path);
        var flags = FlagsOf(file);
        if (flags < 0)
        {
            Log.LogMessage(MessageImportance.Low, "{0} does not require {1}.", path, Version);
            return;
        }
        if ((Half(file, flags) & Weak) != 0)
            return;
        file[flags] |= (byte)Weak;

        // A new file takes the old one's place, as that may be a link into the package; with the old one's time, so that it is not
        // copied again for being newer.
        var marked = path + ".marked";
        File.WriteAllBytes(marked, file);
        File.SetLastWriteTimeUtc(marked, File.GetLastWriteTimeUtc(path));
        File.Delete(path);
        File.Move(marked, path);
        Log.LogMessage(MessageImportance.Normal, "{0}: {1} is now a weak requirement.", path, Version);
    }

    // Where the flags of the requirement stand, or −1.
    private int FlagsOf(byte[] file)
    {
        var isElf64 =
            file.Length > 64 && file[0] == 0x7f && file[1] == 'E' && file[2] == 'L' && file[3] == 'F' && file[4] == 2 && file[5] == 1;
        if (!isElf64)
            return -1;
        int sections = Long(file, 40),
            size = Half(file, 58),
            count = Half(file, 60);
        for (var section = 0; section < count; section++)
        {
            var header = sections + section * size;
            if (Word(file, header + 4) != VersionNeeds)
                continue;
            var names = Long(file, sections + (int)Word(file, header + 40) * size + 24);
            var need = Long(file, header + 24);
            for (var left = Word(file, header + 44); left > 0; left--)
            {
                var entry = need + (int)Word(file, need + 8);
                for (var entries = Half(file, need + 2); entries > 0; entries--)
                {
                    if (NameAt(file, names + (int)Word(file, entry + 8)) == Version)
                        return entry + 4;
                    entry += (int)Word(file, entry + 12);
                }
                need += (int)Word(file, need + 12);
            }
        }
        return -1;
    }

    private static ushort Half(byte[] file, int at) => BitConverter.ToUInt16(file, at);

    private static uint Word(byte[] file, int at) => BitConverter.ToUInt32(file, at);

    private static int Long(byte[] file, int at) => checked((int)BitConverter.ToUInt64(file, at));

    private static string NameAt(byte[] file, int at) => Encoding.ASCII.GetString(file, at, Array.IndexOf(file, (byte)0, at) - at);

    private static int Find(byte[] file, byte[] wanted)
    {
        for (var at = Array.IndexOf(file, wanted[0]); at >= 0; at = Array.IndexOf(file, wanted[0], at + 1))
            if (at + wanted.Length <= file.Length && wanted.Select((b, i) => file[at + i] == b).All(same => same))
                return at;
        return -1;
    }
}
