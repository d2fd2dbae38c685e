namespace Losses.FSharp

/// Arrays by index: apart from the losses, whose notation takes integer arithmetic's place.
module internal Indices =

    // Many take long enough to be called off.
    let private many (count: int) (f: int -> 'a) =
        Array.init count (fun k ->
            if k &&& 0xFFFF = 0xFFFF then
                Losses.Cancellable.Check()

            f k)

    /// f i j for each place of a matrix, row-major.
    let matrix (rows: int) (columns: int) (f: int -> int -> 'a) = many (rows * columns) (fun k -> f (k / columns) (k % columns))

    /// f i j k for each place of a cube, row-major.
    let cube (n: int) (rows: int) (columns: int) (f: int -> int -> int -> 'a) =
        many (n * rows * columns) (fun k -> f (k / (rows * columns)) (k / columns % rows) (k % columns))

    /// Where in a matrix of so many columns a place is.
    let place (columns: int) (row: int) (column: int) = row * columns + column

    /// The rows of a matrix, each of the same width.
    let rows (n: int) (width: int) (values: 'a[]) = Array.init n (fun i -> Array.sub values (i * width) width)

    /// Numbers that are stored at a time where a definition makes more of them than there are in its inputs and its result.
    [<Literal>]
    let private Stored = 4194304.0

    /// Whether so many numbers are more than are stored at a time.
    let areTooMany (lengths: int[]) = Array.fold (fun product length -> product * float length) 1.0 lengths > Stored

    /// So many things of so many numbers each, in parts: the first of each part, and how many it has.
    let parts (count: int) (each: int[]) =
        let most = Stored / max 1.0 (Array.fold (fun product length -> product * float length) 1.0 each)
        let size = int (max 1.0 (min most (float count)))
        [| for start in 0..size .. count - 1 -> struct (start, min size (count - start)) |]

    /// The rows of the pairs i &lt; j below n, of so many numbers each, in parts: the first row of each, and the first after it.
    let partsOfPairs (n: int) (each: int) =
        let result = ResizeArray()
        let mutable first = 0
        let mutable count = 0.0

        for i in 0 .. n - 1 do
            let own = float (n - 1 - i) * float each

            if count + own > Stored && i > first then
                result.Add(struct (first, i))
                first <- i
                count <- 0.0

            count <- count + own

        result.Add(struct (first, n))
        result.ToArray()

    /// The pairs i &lt; j below n, of the rows i from one up to another.
    let pairs (n: int) (first: int) (last: int) =
        [|
            for i in first .. last - 1 do
                for j in i + 1 .. n - 1 -> struct (i, j)
        |]

    /// The runs of these lengths, one after another.
    let split (lengths: int[]) (values: 'a[]) =
        Array.map2 (fun start length -> Array.sub values start length) (Array.scan (+) 0 lengths |> Array.truncate lengths.Length) lengths
