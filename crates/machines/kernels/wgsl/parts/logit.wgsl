// Logit `id` with the repetition penalty: if the token was used before, a positive logit is divided and a negative one multiplied.
fn penalised_logit(id: u32) -> f32 {
    let logit = logits[id];
    if params.penalty == 1.0 || ((used[id / 32u] >> (id % 32u)) & 1u) == 0u {
        return logit;
    }
    return select(logit * params.penalty, logit / params.penalty, logit >= 0.0);
}

fn take(id: u32) {
    used[id / 32u] |= 1u << (id % 32u);
    tokens[params.token] = id;
}
