// Sum over the workgroup by subgroups of any size. It does not assume which lanes share a subgroup: the first lane of each
// writes the subgroup's sum to its own place and the others write zero, then every subgroup adds up all places.
struct Lane {
    @builtin(local_invocation_index) index: u32,
    @builtin(subgroup_invocation_id) in_subgroup: u32,
    @builtin(subgroup_size) subgroup_size: u32,
}

var<workgroup> summands: array<Summand, WORKGROUP>;

fn workgroup_sum(value: Summand, lane: Lane) -> Summand {
    let subgroup_total = subgroupAdd(value);
    summands[lane.index] = select(Summand(), subgroup_total, lane.in_subgroup == 0u);
    workgroupBarrier();
    var total = Summand();
    for (var i = lane.in_subgroup; i < WORKGROUP; i += lane.subgroup_size) {
        total += summands[i];
    }
    total = subgroupAdd(total);
    // Keeps the next sum from overwriting this one.
    workgroupBarrier();
    return total;
}
