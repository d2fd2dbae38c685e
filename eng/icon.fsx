// Draws eng/icon.png, the icon of the packages: a loss that falls, and the quadratic it falls on. `dotnet fsi eng/icon.fsx`
open System
open System.Buffers.Binary
open System.IO
open System.IO.Compression

let size = 128
let paper = 0.09, 0.11, 0.17
let axis = 0.42, 0.47, 0.58
let curve = 0.98, 0.62, 0.20
let ball = 0.98, 0.96, 0.90

// In units of the picture: x to the right, y up.
let loss x = 0.20 + 2.6 * (x - 0.60) * (x - 0.60)
let slope x = 5.2 * (x - 0.60)

// How much of a pixel is covered by what is so far from it, a pixel being 1 / size wide.
let cover distance = Math.Clamp(0.5 - distance * float size, 0.0, 1.0)

let mix amount (r, g, b) (r', g', b') = r' + amount * (r - r'), g' + amount * (g - g'), b' + amount * (b - b')

let corner x y =
    let d = 0.5 - 0.16
    let dx, dy = max 0.0 (abs (x - 0.5) - d), max 0.0 (abs (y - 0.5) - d)
    cover (sqrt (dx * dx + dy * dy) - 0.16)

let pixel row column =
    let x, y = (float column + 0.5) / float size, 1.0 - (float row + 0.5) / float size
    let axes = max (cover (abs (y - 0.13) - 0.009)) (cover (abs (x - 0.13) - 0.009))
    let inside = if x > 0.12 && x < 0.90 && y > 0.12 && y < 0.90 then 1.0 else 0.0
    let line = inside * cover (abs (y - loss x) / sqrt (1.0 + slope x * slope x) - 0.024)
    let step = cover (sqrt ((x - 0.60) ** 2.0 + (y - loss 0.60) ** 2.0) - 0.062)
    let r, g, b = paper |> mix (inside * axes) axis |> mix line curve |> mix step ball
    [| r; g; b; corner x y |] |> Array.map (fun c -> byte (Math.Round(255.0 * c)))

let crc (bytes: byte[]) =
    let step crc (b: byte) =
        Seq.fold (fun c _ -> if c &&& 1u = 1u then 0xEDB88320u ^^^ (c >>> 1) else c >>> 1) (crc ^^^ uint b) (seq { 1..8 })

    ~~~(Array.fold step 0xFFFFFFFFu bytes)

let bigEndian (value: uint) =
    let bytes: byte[] = Array.zeroCreate 4
    BinaryPrimitives.WriteUInt32BigEndian(bytes, value)
    bytes

let chunk (name: string) (data: byte[]) =
    let body = Array.append (Text.Encoding.ASCII.GetBytes name) data
    Array.concat [ bigEndian (uint data.Length); body; bigEndian (crc body) ]

let pixels =
    [|
        for row in 0 .. size - 1 do
            0uy

            for column in 0 .. size - 1 do
                yield! pixel row column
    |]

let compressed =
    use memory = new MemoryStream()

    do
        use zlib = new ZLibStream(memory, CompressionLevel.SmallestSize, true)
        zlib.Write pixels

    memory.ToArray()

File.WriteAllBytes(
    Path.Combine(__SOURCE_DIRECTORY__, "icon.png"),
    Array.concat
        [
            [| 137uy; 80uy; 78uy; 71uy; 13uy; 10uy; 26uy; 10uy |]
            chunk "IHDR" (Array.concat [ bigEndian (uint size); bigEndian (uint size); [| 8uy; 6uy; 0uy; 0uy; 0uy |] ])
            chunk "IDAT" compressed
            chunk "IEND" [||]
        ]
)
