// Workgroups count along x; where there are more than a dimension may have, they go on in y.
struct Group {
    @builtin(workgroup_id) id: vec3<u32>,
    @builtin(num_workgroups) count: vec3<u32>,
}

fn group_index(group: Group) -> u32 {
    return group.id.y * group.count.x + group.id.x;
}
