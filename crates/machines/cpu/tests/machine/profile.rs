//! Verbs that are timed on a clock from outside.

use std::cell::Cell;

use cpu::{Cpu, Precision};
use model::backend::{Backend, Shape, StepTime};

thread_local! {
    static SECS: Cell<f64> = const { Cell::new(0.0) };
}

/// A clock that advances by a second each time it is read.
fn ticking() -> f64 {
    SECS.set(SECS.get() + 1.0);
    SECS.get()
}

/// Uploads once and adds twice, and reads the sum.
fn work(b: &mut Cpu) {
    let x = b.upload(Shape::new(1, 2), &[1.0, 2.0]).unwrap();
    let y = b.add(&x, &x).unwrap();
    let sum = b.add(&x, &y).unwrap();
    assert_eq!(pollster::block_on(b.read(&sum)).unwrap(), [3.0, 6.0]);
}

fn taken(b: &mut Cpu) -> Vec<StepTime> {
    pollster::block_on(b.take_profile()).unwrap()
}

#[test]
fn verbs_are_summed_by_name_while_profiling_is_on() {
    let step = |label, n, secs| StepTime { label, n, secs, n_bytes: 0, n_flops: 0 };
    let mut b = Cpu::new(Precision::Exact).with_clock(ticking);
    work(&mut b);
    assert_eq!(taken(&mut b), []);
    b.set_profiling(true);
    work(&mut b);
    assert_eq!(taken(&mut b), [step("upload", 1, 1.0), step("add", 2, 2.0)]);
    assert_eq!(taken(&mut b), [], "what was taken is gone");
    work(&mut b);
    b.set_profiling(false);
    work(&mut b);
    assert_eq!(taken(&mut b), []);
}

#[test]
fn a_machine_without_a_clock_has_no_profile() {
    let mut b = Cpu::new(Precision::Exact);
    b.set_profiling(true);
    work(&mut b);
    assert_eq!(taken(&mut b), []);
}
