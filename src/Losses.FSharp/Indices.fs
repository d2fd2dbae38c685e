namespace Losses.FSharp

/// Arrays by index: apart from the losses, whose notation takes integer arithmetic's place.
module internal Indices =

    /// f i j for each place of a matrix, row-major.
    let matrix (rows: int) (columns: int) (f: int -> int -> 'a) = Array.init (rows * columns) (fun k -> f (k / columns) (k % columns))

    /// f i j k for each place of a cube, row-major.
    let cube (n: int) (rows: int) (columns: int) (f: int -> int -> int -> 'a) =
        Array.init (n * rows * columns) (fun k -> f (k / (rows * columns)) (k / columns % rows) (k % columns))

    /// The rows of a matrix, each of the same width.
    let rows (n: int) (width: int) (values: 'a[]) = Array.init n (fun i -> Array.sub values (i * width) width)

    /// The pairs i &lt; j below n.
    let pairs (n: int) =
        [|
            for i in 0 .. n - 1 do
                for j in i + 1 .. n - 1 -> struct (i, j)
        |]

    /// The runs of these lengths, one after another.
    let split (lengths: int[]) (values: 'a[]) =
        Array.map2 (fun start length -> Array.sub values start length) (Array.scan (+) 0 lengths |> Array.truncate lengths.Length) lengths
