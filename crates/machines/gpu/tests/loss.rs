//! The loss of a device is reported at the next await, and a new device computes.

use gpu::{Adapter, Gpu, GpuTensor, Limits, Options};
use model::backend::{Backend, BackendError, Shape};

fn software_gpu() -> Option<Gpu> {
    let options = Options { adapter: Adapter::Software, limits: Limits::Default, ..Options::default() };
    match pollster::block_on(Gpu::open(options, || 0.0)) {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "CI installs a software adapter: {error}");
            println!("skipped: {error}");
            None
        }
    }
}

fn doubled(gpu: &mut Gpu) -> Result<GpuTensor, BackendError> {
    let x = gpu.upload(Shape::new(2, 4), &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])?;
    gpu.add(&x, &x)
}

#[test]
fn a_lost_device_is_noticed_and_replaced() {
    let Some(mut gpu) = software_gpu() else { return };
    let before = doubled(&mut gpu).unwrap();
    gpu.loss().lose();
    for _ in 0..2 {
        let read = pollster::block_on(gpu.read(&before));
        assert!(matches!(read, Err(BackendError::Lost { .. })), "{read:?}");
        let settled = pollster::block_on(gpu.settle());
        assert!(matches!(settled, Err(BackendError::Lost { .. })), "{settled:?}");
    }
    pollster::block_on(gpu.reopen()).unwrap();
    let after = doubled(&mut gpu).unwrap();
    assert_eq!(pollster::block_on(gpu.read(&after)).unwrap(), [2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0]);
    // A tensor of the old device is not mistaken for one of the new device.
    drop(before);
    let again = doubled(&mut gpu).unwrap();
    assert_eq!(pollster::block_on(gpu.read(&again)).unwrap()[7], 16.0);
    // The handle takes away the device that is open now.
    gpu.loss().lose();
    assert!(matches!(pollster::block_on(gpu.settle()), Err(BackendError::Lost { .. })));
}
