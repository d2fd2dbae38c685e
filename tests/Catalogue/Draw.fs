namespace Losses.Catalogue

open System

/// Inputs as hard as they come, from one seed.
module Draw =

    let private pick (random: Random) (choices: 'a[]) = choices[random.Next choices.Length]

    /// Uniform over the bit patterns of finite numbers.
    let rec bits (random: Random) (format: Format) : float =
        let x =
            if format.Name = "float32" then
                float (BitConverter.Int32BitsToSingle(int (uint32 (random.NextInt64(1L <<< 32)))))
            else
                BitConverter.Int64BitsToDouble(random.NextInt64() ^^^ (random.NextInt64() <<< 33))

        if Double.IsFinite x then x else bits random format

    let private landmarks =
        [|
            0.0
            1.0
            0.5
            2.0
            3.0
            1e-8
            1e-4
            0.3132616875
            0.6931471805599453
            16.6
            17.4
            36.7368
            44.0
            88.7228
            103.97
            709.78
            745.13
        |]

    /// Where functions turn, overflow and underflow, and the numbers next to it, of both signs.
    let landmark (random: Random) (format: Format) : float =
        let size =
            match random.Next(landmarks.Length + 6) with
            | 0 -> format.Least
            | 1 -> 3.0 * format.Least
            | 2 -> format.LeastNormal
            | 3 -> format.Largest
            | 4 -> format.Largest / 2.0
            | 5 -> format.Round(Math.ScaleB(1.0, random.Next(-40, 10)))
            | i -> format.Round landmarks[i - 6]

        let size =
            match random.Next 4 with
            | 0 when size < format.Largest -> format.Next size
            | 1 when size > 0.0 -> -(format.Next -size)
            | _ -> size

        if random.Next 2 = 0 then size else -size

    /// |x| ≤ 80, small exponents included.
    let moderate (random: Random) (format: Format) : float =
        let x = random.NextDouble() * 160.0 - 80.0

        match random.Next 4 with
        | 0 -> format.Round(Math.ScaleB(x, -random.Next 40))
        | 1 -> format.Round(x / 16.0)
        | 2 -> format.Round(round x)
        | _ -> format.Round x

    /// Any finite number.
    let finite (random: Random) (format: Format) : float =
        match random.Next 9 with
        | 0
        | 1
        | 2
        | 3 -> bits random format
        | 4
        | 5 -> landmark random format
        | _ -> moderate random format

    /// The same, and the infinities.
    let extended (random: Random) (format: Format) : float =
        match random.Next 60 with
        | 0 -> infinity
        | 1 -> -infinity
        | _ -> finite random format

    /// In [0, 1]: uniform, the ends and next to them, every exponent on both sides, and around ½.
    let probability (random: Random) (format: Format) : float =
        match random.Next 10 with
        | 0 -> pick random [| 0.0; 1.0; 0.5; format.Least; -(format.Next -1.0); format.Next 0.5 |]
        | 1
        | 2 -> Math.ScaleB(random.NextDouble(), -random.Next 1074) |> format.Round
        | 3 -> format.Round(1.0 - Math.ScaleB(1.0 + random.NextDouble(), -1 - random.Next 52))
        | 4 -> format.Round(0.5 + Math.ScaleB(random.NextDouble() - 0.5, -random.Next 50))
        | _ -> format.Round(random.NextDouble())

    let sign (random: Random) : float = if random.Next 2 = 0 then 1.0 else -1.0

    /// Independent of a number, equal to it, next to it, its negative or a multiple by a power of 2.
    let related (random: Random) (format: Format) (a: float) (other: unit -> float) : float =
        let b =
            match random.Next 10 with
            | 0 -> a
            | 1 -> format.Next a
            | 2 -> -(format.Next -a)
            | 3 -> -a
            | 4 -> format.Round(Math.ScaleB(a, random.Next(-30, 31)))
            | _ -> other ()

        if Double.IsFinite b then b else a

    /// Within bounds of magnitude, 0 apart, so that powers and products stay in range.
    let between (low: float) (high: float) (draw: Random -> Format -> float) (random: Random) (format: Format) : float =
        let rec next () =
            let x = draw random format
            if x = 0.0 || (abs x >= low && abs x <= high) then x else next ()

        next ()

    /// A row: independent, all equal, one dominant, mixed scales, one-hot.
    let row (draw: Random -> Format -> float) (random: Random) (format: Format) (width: int) : float[] =
        let at = random.Next width

        match random.Next 9 with
        | 0 ->
            let x = draw random format
            Array.create width x
        | 1 ->
            let x = abs (draw random format)
            Array.init width (fun i -> if i = at then x else 0.0)
        | 2 ->
            let x = draw random format
            Array.init width (fun i -> if i = at then x else format.Round(x - 120.0 * random.NextDouble()))
        | 3 -> Array.init width (fun _ -> format.Round(Math.ScaleB(moderate random format, -random.Next 60)))
        | 4 ->
            let x = moderate random format
            Array.init width (fun _ -> format.Round(x + Math.ScaleB(random.NextDouble() - 0.5, -random.Next 24)))
        | 5
        | 6 -> Array.init width (fun _ -> moderate random format)
        | _ -> Array.init width (fun _ -> draw random format)
        |> Array.map (fun x -> if Double.IsFinite x then x else format.Largest)

    /// A row related to another: independent, equal, a few ulp off, its negative, a multiple.
    let relatedRow (draw: Random -> Format -> float) (random: Random) (format: Format) (x: float[]) : float[] =
        let near y =
            match random.Next 3 with
            | 0 -> y
            | 1 -> format.Next y
            | _ -> format.Round(y * (1.0 + Math.ScaleB(random.NextDouble(), -random.Next 24)))

        let y =
            match random.Next 9 with
            | 0 -> Array.copy x
            | 1 -> Array.map near x
            | 2 -> Array.map (~-) x
            | 3 ->
                let k = random.Next(-6, 7)
                Array.map (fun y -> format.Round(Math.ScaleB(y, k))) x
            | 4 -> Array.map (fun y -> if random.Next 2 = 0 then y else draw random format) x
            | _ -> row draw random format x.Length

        if Array.forall Double.IsFinite y then y else Array.copy x

    /// Shares that sum to 1, up to their rounding: Dirichlet with zeros, or one-hot.
    let distribution (random: Random) (format: Format) (width: int) : float[] =
        let at = random.Next width

        if random.Next 5 = 0 then
            Array.init width (fun i -> if i = at then 1.0 else 0.0)
        else
            let parts = Array.init width (fun i -> if i <> at && random.Next 5 = 0 then 0.0 else 1e-3 - log (1.0 - random.NextDouble()))

            let total = Array.sum parts
            Array.map (fun part -> format.Round(part / total)) parts
