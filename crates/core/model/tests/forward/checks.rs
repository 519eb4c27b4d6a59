//! Every check of the verbs refuses, in words that name the verb, what it was given and what it takes.

use model::backend::{Backend, BackendError, Heads, Ids, Keys, Linear, Norm, Rotation, Shape, Span};
use model::plan::{Plan, PlannedWeight};
use tensor::Dtype;

fn weight(rows: usize, cols: usize) -> PlannedWeight {
    Plan::default().weight(Dtype::F32, Shape::new(rows, cols), &[]).unwrap()
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, BackendError>, message: &str) {
    match result {
        Err(error @ BackendError::Shape { .. }) => assert_eq!(error.to_string(), message),
        other => assert!(other.is_err(), "was not refused: {other:?}"),
    }
}

const X: Shape = Shape::new(5, 8);

#[test]
fn linear_wants_its_columns_and_a_bias_of_its_rows() {
    let mut p = Plan::default();
    let linear = |cols: usize, bias: Option<PlannedWeight>| Linear { weight: weight(3, cols), bias };
    p.linear(&X, &linear(8, Some(weight(1, 3)))).unwrap();
    let found = "linear: found 5 x 8 into a weight of 3 x 9, expected 9 columns";
    refused(p.linear(&X, &linear(9, None)), found);
    refused(p.linear(&X, &linear(8, Some(weight(1, 8)))), "linear: found bias 1 x 8, expected 1 x 3");
    refused(p.linear(&X, &linear(8, Some(weight(3, 1)))), "linear: found bias 3 x 1, expected 1 x 3");
}

#[test]
fn norms_want_vectors_of_the_rows_length_and_the_right_bias() {
    let mut p = Plan::default();
    let norm = |weight, bias| Norm { weight, bias, eps: 1e-6 };
    p.rms_norm(&X, &norm(weight(1, 8), None)).unwrap();
    p.layer_norm(&X, &norm(weight(1, 8), Some(weight(1, 8)))).unwrap();
    refused(p.rms_norm(&X, &norm(weight(1, 7), None)), "rms_norm: found weight 1 x 7, expected 1 x 8");
    let (found, without) =
        ("rms_norm: found a bias, expected none", "layer_norm: found no bias, expected one");
    refused(p.rms_norm(&X, &norm(weight(1, 8), Some(weight(1, 8)))), found);
    refused(p.layer_norm(&X, &norm(weight(1, 8), None)), without);
    let short = norm(weight(1, 8), Some(weight(1, 4)));
    refused(p.layer_norm(&X, &short), "layer_norm: found bias 1 x 4, expected 1 x 8");
}

#[test]
fn two_operands_have_one_shape() {
    let mut p = Plan::default();
    let other = Shape::new(8, 5);
    p.add(&X, &X).unwrap();
    refused(p.add(&X, &other), "add: found second operand 8 x 5, expected 5 x 8");
    refused(p.swiglu(&X, &other), "swiglu: found second operand 8 x 5, expected 5 x 8");
}

#[test]
fn embed_wants_ids_of_the_table() {
    let mut p = Plan::default();
    let table = weight(10, 8);
    p.embed(&table, Ids::Host(&[9, 0])).unwrap();
    refused(p.embed(&table, Ids::Host(&[])), "embed: found no ids, expected at least one");
    refused(p.embed(&table, Ids::Host(&[3, 10, 4])), "embed: found token 10, expected ids below 10");
}

#[test]
fn upload_wants_as_many_values_as_the_shape_has() {
    let mut p = Plan::default();
    p.upload(Shape::new(1, 3), &[0.0; 3]).unwrap();
    refused(p.upload(Shape::new(2, 3), &[0.0; 5]), "upload: found 5 values, expected 2 x 3");
    refused(p.upload(Shape::new(0, 3), &[]), "upload: found 0 values, expected 0 x 3");
}

#[test]
fn rope_wants_a_table_of_half_a_head() {
    let mut p = Plan::default();
    let table = |rows, cols| Rotation { cos: Shape::new(rows, cols), sin: Shape::new(rows, cols) };
    p.rope(&X, 2, &table(5, 2)).unwrap();
    let message = |heads: usize, table: &str| {
        format!(
            "rope: found 5 x 8 with a table of {table}, expected {heads} heads of twice the table's columns"
        )
    };
    refused(p.rope(&X, 2, &table(5, 4)), &message(2, "5 x 4"));
    refused(p.rope(&X, 2, &table(4, 2)), &message(2, "4 x 2"));
    refused(p.rope(&X, 0, &table(5, 2)), &message(0, "5 x 2"));
    let uneven = Rotation { cos: Shape::new(5, 2), sin: Shape::new(5, 1) };
    refused(p.rope(&X, 2, &uneven), "rope: found sines 5 x 1, expected 5 x 2");
}

#[test]
fn a_cache_takes_keys_and_values_of_its_columns_and_forgets_only_what_it_holds() {
    let mut p = Plan::default();
    let mut cache = p.cache(8).unwrap();
    p.append(&mut cache, &X, &X).unwrap();
    refused(p.append(&mut cache, &X, &Shape::new(4, 8)), "append: found values 4 x 8, expected 5 x 8");
    let narrow = Shape::new(5, 4);
    refused(p.append(&mut cache, &narrow, &narrow), "append: found keys 5 x 4, expected 8 columns");
    refused(p.truncate(&mut cache, 6), "truncate: found 6 rows, expected at most 5");
    p.truncate(&mut cache, 0).unwrap();
}

#[test]
fn attend_wants_heads_that_divide_and_keys_that_its_span_can_show() {
    let mut p = Plan::default();
    let heads = |n_query, n_kv, dim| Heads { n_query, n_kv, dim };
    let (q, k) = (Shape::new(5, 12), Shape::new(7, 6));
    let right = heads(4, 2, 3);
    let mut attend =
        |k: Shape, v: Shape, heads, span: Span<'_>| p.attend(&q, Keys::Fresh { k: &k, v: &v }, heads, span);
    attend(k, k, right, Span::Causal).unwrap();
    refused(attend(k, Shape::new(6, 6), right, Span::Causal), "attend: found values 6 x 6, expected 7 x 6");
    let uneven =
        "attend: found Heads { n_query: 4, n_kv: 3, dim: 3 }, expected query heads a multiple of key heads";
    refused(attend(k, k, heads(4, 3, 3), Span::Causal), uneven);
    assert!(attend(k, k, heads(4, 0, 3), Span::Causal).is_err());
    let queries = "attend: found queries 5 x 12, expected Heads { n_query: 2, n_kv: 2, dim: 3 }";
    refused(attend(k, k, heads(2, 2, 3), Span::Causal), queries);
    let keys = "attend: found keys 7 x 6, expected Heads { n_query: 4, n_kv: 1, dim: 3 }";
    refused(attend(k, k, heads(4, 1, 3), Span::Causal), keys);
    let few = Shape::new(4, 6);
    refused(attend(few, few, right, Span::Causal), "attend: found 5 queries, expected at most 4 (the keys)");
    let same = Shape::new(5, 6);
    attend(same, same, right, Span::Segments(&[2, 3])).unwrap();
    let message =
        |n: usize| format!("attend: found 5 queries, 5 keys, expected {n} of each, no empty segment");
    refused(attend(same, same, right, Span::Segments(&[2, 2])), &message(4));
    refused(attend(same, same, right, Span::Segments(&[2, 0, 3])), &message(5));
    let more = "attend: found 5 queries, 7 keys, expected 5 of each, no empty segment";
    refused(attend(k, k, right, Span::Segments(&[5])), more);
}

#[test]
fn splice_stays_inside_and_reshape_keeps_the_elements() {
    let mut p = Plan::default();
    let rows = Shape::new(2, 8);
    p.splice(&X, &rows, 3).unwrap();
    refused(p.splice(&X, &rows, 4), "splice: found 2 x 8 at row 4, expected rows inside 5 x 8");
    assert!(p.splice(&X, &rows, usize::MAX).is_err());
    refused(p.splice(&X, &Shape::new(2, 4), 0), "splice: found 2 x 4 at row 0, expected rows inside 5 x 8");
    p.reshape(&X, Shape::new(10, 4)).unwrap();
    refused(p.reshape(&X, Shape::new(10, 5)), "reshape: found 5 x 8, expected the elements of 10 x 5");
}

#[test]
fn sample_wants_one_row() {
    let mut p = Plan::default();
    p.sample(&Shape::new(1, 8), &mut ()).unwrap();
    refused(p.sample(&X, &mut ()), "sample: found 5 x 8, expected one row of logits");
}

#[test]
fn the_comparison_refuses_what_was_not_refused_and_other_words() {
    assert!(std::panic::catch_unwind(|| refused(Ok(()), "")).is_err());
    let error = || Err::<(), _>(BackendError::Shape { verb: "add", found: "a".into(), expected: "b".into() });
    assert!(std::panic::catch_unwind(|| refused(error(), "add: found a, expected c")).is_err());
    refused(error(), "add: found a, expected b");
}
