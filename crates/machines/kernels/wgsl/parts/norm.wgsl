// Shared by the norms: their parameters, and a workgroup for each row.
struct Params {
    rows: u32,
    cols: u32,
    eps: f32,
}

const WORKGROUP = 64u;
alias Summand = f32;
