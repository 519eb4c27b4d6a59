// What the norms share: their parameters, and a workgroup to each row.
struct Params {
    rows: u32,
    cols: u32,
    eps: f32,
}

const WORKGROUP = 64u;
alias Summand = f32;
