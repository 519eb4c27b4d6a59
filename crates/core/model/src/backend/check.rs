//! The shape checks of the verbs. They are written once, so that every machine refuses the same input.

use super::{Backend, BackendError, Heads, Ids, Keys, Linear, Norm, Rotation, Shape, Span};

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

pub(super) fn linear<B: Backend>(b: &B, x: &B::Tensor, w: &Linear<B::Weight>) -> Result<(), BackendError> {
    let (x, weight) = (b.shape(x), b.weight_shape(&w.weight));
    require(
        "linear",
        x.cols == weight.cols,
        || format!("{x} into a weight of {weight}"),
        || format!("{} columns", weight.cols),
    )?;
    match &w.bias {
        Some(bias) => same("linear", "bias", b.weight_shape(bias), Shape::new(1, weight.rows)),
        None => Ok(()),
    }
}

pub(super) fn norm<B: Backend>(
    b: &B,
    verb: &'static str,
    x: &B::Tensor,
    n: &Norm<B::Weight>,
    with_bias: bool,
) -> Result<(), BackendError> {
    let expected = Shape::new(1, b.shape(x).cols);
    same(verb, "weight", b.weight_shape(&n.weight), expected)?;
    let (found, wanted) = if with_bias { ("no bias", "one") } else { ("a bias", "none") };
    require(verb, n.bias.is_some() == with_bias, || found.into(), || wanted.into())?;
    match &n.bias {
        Some(bias) => same(verb, "bias", b.weight_shape(bias), expected),
        None => Ok(()),
    }
}

pub(super) fn pair<B: Backend>(
    b: &B,
    verb: &'static str,
    x: &B::Tensor,
    y: &B::Tensor,
) -> Result<(), BackendError> {
    same(verb, "second operand", b.shape(y), b.shape(x))
}

pub(super) fn embed<B: Backend>(b: &B, table: &B::Weight, ids: &Ids<'_, B>) -> Result<(), BackendError> {
    let n_rows = b.weight_shape(table).rows;
    let Ids::Host(ids) = ids else { return Ok(()) };
    require("embed", !ids.is_empty(), || "no ids".into(), || "at least one".into())?;
    let worst = ids.iter().copied().max().unwrap_or(0) as usize;
    require("embed", worst < n_rows, || format!("token {worst}"), || format!("ids below {n_rows}"))
}

pub(super) fn rope<B: Backend>(
    b: &B,
    x: &B::Tensor,
    n_heads: usize,
    rotation: &Rotation<B::Tensor>,
) -> Result<(), BackendError> {
    let (x, cos, sin) = (b.shape(x), b.shape(&rotation.cos), b.shape(&rotation.sin));
    same("rope", "sines", sin, cos)?;
    let fits = n_heads > 0 && x.rows == cos.rows && x.cols == n_heads * cos.cols * 2;
    require(
        "rope",
        fits,
        || format!("{x} with a table of {cos}"),
        || format!("{n_heads} heads of twice the table's columns"),
    )
}

pub(super) fn append<B: Backend>(
    b: &B,
    cache: &B::Cache,
    k: &B::Tensor,
    v: &B::Tensor,
) -> Result<(), BackendError> {
    let held = b.cache_shape(cache);
    same("append", "values", b.shape(v), b.shape(k))?;
    let k = b.shape(k);
    require("append", k.cols == held.cols, || format!("keys {k}"), || format!("{} columns", held.cols))
}

pub(super) fn attend<B: Backend>(
    b: &B,
    q: &B::Tensor,
    keys: &Keys<'_, B>,
    heads: Heads,
    span: Span<'_>,
) -> Result<(), BackendError> {
    let q = b.shape(q);
    let held = match keys {
        Keys::Fresh { k, v } => {
            same("attend", "values", b.shape(v), b.shape(k))?;
            b.shape(k)
        }
        Keys::Cached(cache) => b.cache_shape(cache),
    };
    let divides = heads.n_kv > 0 && heads.n_query.is_multiple_of(heads.n_kv);
    require("attend", divides, || format!("{heads:?}"), || "query heads a multiple of key heads".into())?;
    require(
        "attend",
        q.cols == heads.n_query * heads.dim,
        || format!("queries {q}"),
        || format!("{heads:?}"),
    )?;
    require(
        "attend",
        held.cols == heads.n_kv * heads.dim,
        || format!("keys {held}"),
        || format!("{heads:?}"),
    )?;
    match span {
        Span::Causal => require(
            "attend",
            q.rows <= held.rows,
            || format!("{} queries", q.rows),
            || format!("at most {} (the keys)", held.rows),
        ),
        Span::Segments(lengths) => {
            let n: usize = lengths.iter().sum();
            let fits = n == q.rows && n == held.rows && !lengths.contains(&0);
            require(
                "attend",
                fits,
                || format!("{} queries, {} keys", q.rows, held.rows),
                || format!("{n} of each, no empty segment"),
            )
        }
    }
}

pub(super) fn splice<B: Backend>(
    b: &B,
    x: &B::Tensor,
    rows: &B::Tensor,
    at: usize,
) -> Result<(), BackendError> {
    let (x, rows) = (b.shape(x), b.shape(rows));
    let fits = rows.cols == x.cols && at.checked_add(rows.rows).is_some_and(|end| end <= x.rows);
    require("splice", fits, || format!("{rows} at row {at}"), || format!("rows inside {x}"))
}

pub(super) fn reshape<B: Backend>(b: &B, x: &B::Tensor, to: Shape) -> Result<(), BackendError> {
    let x = b.shape(x);
    require(
        "reshape",
        x.n_elements() == to.n_elements(),
        || x.to_string(),
        || format!("the elements of {to}"),
    )
}
