// Workgroups are counted along x, and then along y if there are more than one dimension may have.
struct Group {
    @builtin(workgroup_id) id: vec3<u32>,
    @builtin(num_workgroups) count: vec3<u32>,
}

fn group_index(group: Group) -> u32 {
    return group.id.y * group.count.x + group.id.x;
}
