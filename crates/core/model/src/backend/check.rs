//! The shape checks of the verbs. They are written once, so that every machine refuses the same input.

use super::{BackendError, Heads, Linear, Norm, Rotation, Shape, Span};

/// `Ok` when `condition` holds.
pub(super) fn require(
    verb: &'static str,
    condition: bool,
    found: impl FnOnce() -> String,
    expected: impl FnOnce() -> String,
) -> Result<(), BackendError> {
    if condition {
        return Ok(());
    }
    Err(BackendError::Shape { verb, found: found(), expected: expected() })
}

fn same(verb: &'static str, what: &str, found: Shape, expected: Shape) -> Result<(), BackendError> {
    require(verb, found == expected, || format!("{what} {found}"), || expected.to_string())
}

pub(super) fn linear(x: Shape, w: &Linear<Shape>) -> Result<(), BackendError> {
    let weight = w.weight;
    require(
        "linear",
        x.cols == weight.cols,
        || format!("{x} into a weight of {weight}"),
        || format!("{} columns", weight.cols),
    )?;
    match w.bias {
        Some(bias) => same("linear", "bias", bias, Shape::new(1, weight.rows)),
        None => Ok(()),
    }
}

pub(super) fn norm(
    verb: &'static str,
    x: Shape,
    n: &Norm<Shape>,
    with_bias: bool,
) -> Result<(), BackendError> {
    let expected = Shape::new(1, x.cols);
    same(verb, "weight", n.weight, expected)?;
    let (found, wanted) = if with_bias { ("no bias", "one") } else { ("a bias", "none") };
    require(verb, n.bias.is_some() == with_bias, || found.into(), || wanted.into())?;
    match n.bias {
        Some(bias) => same(verb, "bias", bias, expected),
        None => Ok(()),
    }
}

pub(super) fn pair(verb: &'static str, x: Shape, y: Shape) -> Result<(), BackendError> {
    same(verb, "second operand", y, x)
}

pub(super) fn embed(table: Shape, ids: &[u32]) -> Result<(), BackendError> {
    let n_rows = table.rows;
    require("embed", !ids.is_empty(), || "no ids".into(), || "at least one".into())?;
    let worst = ids.iter().copied().max().unwrap_or(0) as usize;
    require("embed", worst < n_rows, || format!("token {worst}"), || format!("ids below {n_rows}"))
}

pub(super) fn rope(x: Shape, n_heads: usize, rotation: &Rotation<Shape>) -> Result<(), BackendError> {
    let Rotation { cos, sin } = *rotation;
    same("rope", "sines", sin, cos)?;
    let fits = n_heads > 0 && x.rows == cos.rows && x.cols == n_heads * cos.cols * 2;
    require(
        "rope",
        fits,
        || format!("{x} with a table of {cos}"),
        || format!("{n_heads} heads of twice the table's columns"),
    )
}

pub(super) fn append(cache: Shape, k: Shape, v: Shape) -> Result<(), BackendError> {
    same("append", "values", v, k)?;
    require("append", k.cols == cache.cols, || format!("keys {k}"), || format!("{} columns", cache.cols))
}

/// `k` and `v` have one shape, which is `k`'s if they come from a cache.
pub(super) fn attend(q: Shape, k: Shape, v: Shape, heads: Heads, span: Span<'_>) -> Result<(), BackendError> {
    same("attend", "values", v, k)?;
    let divides = heads.n_kv > 0 && heads.n_query.is_multiple_of(heads.n_kv);
    require("attend", divides, || format!("{heads:?}"), || "query heads a multiple of key heads".into())?;
    require(
        "attend",
        q.cols == heads.n_query * heads.dim,
        || format!("queries {q}"),
        || format!("{heads:?}"),
    )?;
    require("attend", k.cols == heads.n_kv * heads.dim, || format!("keys {k}"), || format!("{heads:?}"))?;
    match span {
        Span::Causal => require(
            "attend",
            q.rows <= k.rows,
            || format!("{} queries", q.rows),
            || format!("at most {} (the keys)", k.rows),
        ),
        Span::Segments(lengths) => {
            let n: usize = lengths.iter().sum();
            let fits = n == q.rows && n == k.rows && !lengths.contains(&0);
            require(
                "attend",
                fits,
                || format!("{} queries, {} keys", q.rows, k.rows),
                || format!("{n} of each, no empty segment"),
            )
        }
    }
}

pub(super) fn splice(x: Shape, rows: Shape, at: usize) -> Result<(), BackendError> {
    let fits = rows.cols == x.cols && at.checked_add(rows.rows).is_some_and(|end| end <= x.rows);
    require("splice", fits, || format!("{rows} at row {at}"), || format!("rows inside {x}"))
}

pub(super) fn reshape(x: Shape, to: Shape) -> Result<(), BackendError> {
    require(
        "reshape",
        x.n_elements() == to.n_elements(),
        || x.to_string(),
        || format!("the elements of {to}"),
    )
}
