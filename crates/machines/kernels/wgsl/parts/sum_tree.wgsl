// Sum over the workgroup by a tree in workgroup memory, for adapters without subgroups.
struct Lane {
    @builtin(local_invocation_index) index: u32,
}

var<workgroup> summands: array<Summand, WORKGROUP>;

fn workgroup_sum(value: Summand, lane: Lane) -> Summand {
    summands[lane.index] = value;
    for (var n = WORKGROUP / 2u; n > 0u; n /= 2u) {
        workgroupBarrier();
        if lane.index < n {
            summands[lane.index] += summands[lane.index + n];
        }
    }
    // Its second barrier keeps the next sum from overwriting this one.
    return workgroupUniformLoad(&summands[0]);
}
