// Shared by the element-wise functions. `value`, in the kernel's own file, gives quad `i` of y. A lane for each quad.
struct Params {
    n_quads: u32,
}

const WORKGROUP = 128u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32, group: Group) {
    let i = group_index(group) * WORKGROUP + lane;
    if i < params.n_quads {
        y[i] = value(i);
    }
}
