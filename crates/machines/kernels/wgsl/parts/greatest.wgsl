// The greatest of the workgroup's candidates. Of equal ones it is the one with the lowest id, so the result is unique.
struct Candidate {
    value: f32,
    id: u32,
}

var<workgroup> candidates: array<Candidate, WORKGROUP>;

fn better(a: Candidate, b: Candidate) -> Candidate {
    if b.value > a.value || (b.value == a.value && b.id < a.id) {
        return b;
    }
    return a;
}

fn workgroup_greatest(candidate: Candidate, index: u32) -> Candidate {
    candidates[index] = candidate;
    for (var n = WORKGROUP / 2u; n > 0u; n /= 2u) {
        workgroupBarrier();
        if index < n {
            candidates[index] = better(candidates[index], candidates[index + n]);
        }
    }
    return workgroupUniformLoad(&candidates[0]);
}
