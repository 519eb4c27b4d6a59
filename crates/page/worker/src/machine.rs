//! The session on one of two machines, and the choice between them.

use std::rc::Rc;

use cpu::{Cpu, Precision};
use engine::{EngineError, Host as _, Session, measure};
use gpu::Gpu;
use model::backend::Backend;
use protocol::{
    BackendChoice, BackendKind, Candidate, Command, Event, Failure, JobId, ModelInfo, Speed, Standing,
};

use wasm_bindgen::prelude::JsValue;

use crate::dispatch::{On, carry_out};
use crate::host::WorkerHost;
use crate::webgpu;

/// A graphics device whose own name is not known.
const WEBGPU: &str = "WebGPU";

/// The session, on the machine that the model runs on.
pub(crate) enum Machine {
    Cpu(Box<On<Cpu>>),
    Gpu(Box<On<Gpu>>),
}

impl Machine {
    /// What every worker starts with.
    pub(crate) fn cpu(host: Rc<WorkerHost>) -> Self {
        Self::Cpu(Box::new(Session::new(processor(), host)))
    }

    /// Carries out a command of the session, with what travelled beside it.
    pub(crate) async fn carry_out(&mut self, command: Command, bulk: &[JsValue]) {
        match self {
            Self::Cpu(session) => carry_out(session, command, bulk).await,
            Self::Gpu(session) => carry_out(session, command, bulk).await,
        }
    }

    /// One step of what can wait; whether more does. See [`Session::advance`].
    pub(crate) async fn advance(&mut self) -> bool {
        match self {
            Self::Cpu(session) => session.advance().await,
            Self::Gpu(session) => session.advance().await,
        }
    }

    /// Moves to the machine that is asked for, or to the quickest, and tells how that ended. Where it fails the session stays
    /// where it is. A model moves whole, its vision tower included: a graphics device without room for all of it is refused here,
    /// and not when an image is asked about.
    pub(crate) async fn choose(self, job: JobId, choice: BackendChoice) -> Self {
        let host = self.host();
        let (machine, event) = match choice {
            BackendChoice::Only(kind) => self.only(job, kind).await,
            BackendChoice::Measured => self.quickest(job).await,
        };
        if let Self::Cpu(_) = machine {
            host.set_loss(None);
        }
        host.end((event, None));
        machine
    }

    async fn only(self, job: JobId, kind: BackendKind) -> (Self, Event) {
        let failed = |failure| Event::Failed { job, failure };
        let chosen = |candidate: Candidate, model| {
            let (chosen, candidates) = (candidate.kind, vec![candidate]);
            Event::BackendChosen { job, chosen, candidates, model }
        };
        let looked = match (kind, &self) {
            (BackendKind::WebGpu, Self::Cpu(session)) => Some(open(session.host()).await),
            _ => None,
        };
        let gpu = match looked.transpose() {
            Ok(gpu) => gpu,
            Err(why) => return (self, failed(no_webgpu(&why))),
        };
        let (machine, moved) = self.onto(job, kind, gpu).await;
        match moved {
            Ok(model) => {
                let event = chosen(candidate(kind, machine.name(), Standing::NotMeasured), model);
                (machine, event)
            }
            Err(error) => (machine, failed(error.to_failure())),
        }
    }

    async fn quickest(mut self, job: JobId) -> (Self, Event) {
        let work = self.work();
        let (mut spare, looked) = self.look().await;
        let mut candidates: Vec<Candidate> = looked.into();
        let speeds: Vec<(BackendKind, Speed)> = candidates
            .iter()
            .filter_map(|candidate| match candidate.standing {
                Standing::Measured(speed) => Some((candidate.kind, speed)),
                _ => None,
            })
            .collect();
        // A processor is always there, measured or not.
        let mut chosen = work.quickest(&speeds).unwrap_or(BackendKind::Cpu);
        let (mut machine, mut moved) = self.onto(job, chosen, spare.take()).await;
        if let (BackendKind::WebGpu, Err(error)) = (chosen, &moved) {
            // Fast, but without room for this model: the other one is slow and has it.
            let why = error.to_string();
            candidates.retain(|candidate| candidate.kind != chosen);
            candidates.push(candidate(chosen, WEBGPU.to_owned(), Standing::Unavailable { why }));
            chosen = BackendKind::Cpu;
            (machine, moved) = machine.onto(job, chosen, None).await;
        }
        let event = match moved {
            Ok(model) => Event::BackendChosen { job, chosen, candidates, model },
            Err(error) => Event::Failed { job, failure: error.to_failure() },
        };
        (machine, event)
    }

    /// Measures both machines. A graphics device that was opened for that is there to be used.
    async fn look(&mut self) -> (Option<Gpu>, [Candidate; 2]) {
        let host = self.host();
        let (spare, on_cpu, on_gpu, gpu_name) = match self {
            Self::Cpu(session) => {
                let on_cpu = session.measure().await;
                match open(&host).await {
                    Ok(mut gpu) => {
                        let on_gpu = measure(&mut gpu, &host).await.map_err(|error| error.to_string());
                        let name = gpu.description();
                        (Some(gpu), on_cpu, on_gpu, name)
                    }
                    Err(why) => (None, on_cpu, Err(why), WEBGPU.to_owned()),
                }
            }
            Self::Gpu(session) => {
                let on_gpu = session.measure().await.map_err(|error| error.to_string());
                let on_cpu = measure(&mut processor(), &host).await;
                (None, on_cpu, on_gpu, session.backend().description())
            }
        };
        let cpu_name = processor().description();
        let cpu = candidate(BackendKind::Cpu, cpu_name, standing(on_cpu.map_err(|error| error.to_string())));
        (spare, [cpu, candidate(BackendKind::WebGpu, gpu_name, standing(on_gpu))])
    }
}

impl Machine {
    fn host(&self) -> Rc<WorkerHost> {
        match self {
            Self::Cpu(session) => Rc::clone(session.host()),
            Self::Gpu(session) => Rc::clone(session.host()),
        }
    }

    fn work(&self) -> engine::Work {
        match self {
            Self::Cpu(session) => session.work(),
            Self::Gpu(session) => session.work(),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Cpu(session) => session.backend().description(),
            Self::Gpu(session) => session.backend().description(),
        }
    }

    /// Brings the session to a machine, and the model that is at hand with it: what that is now. `gpu` is the graphics device where
    /// the session is not on it yet.
    async fn onto(self, job: JobId, kind: BackendKind, gpu: Option<Gpu>) -> (Self, Moved) {
        match (self, kind, gpu) {
            (Self::Cpu(session), BackendKind::WebGpu, Some(gpu)) => match moved(*session, gpu, job).await {
                Ok((session, model)) => (Self::Gpu(Box::new(session)), Ok(model)),
                Err((session, error)) => (Self::Cpu(Box::new(session)), Err(error)),
            },
            (Self::Gpu(session), BackendKind::Cpu, _) => match moved(*session, processor(), job).await {
                Ok((session, model)) => (Self::Cpu(Box::new(session)), Ok(model)),
                Err((session, error)) => (Self::Gpu(Box::new(session)), Err(error)),
            },
            (Self::Cpu(mut session), ..) => {
                let model = at_hand(&mut session, job).await;
                (Self::Cpu(session), model)
            }
            (Self::Gpu(mut session), ..) => {
                let model = at_hand(&mut session, job).await;
                (Self::Gpu(session), model)
            }
        }
    }
}

type Moved = Result<Option<ModelInfo>, EngineError>;

/// Moves a session, or gives it back as it was but for the model, which comes back when it is needed.
async fn moved<A: Backend, B: Backend>(
    session: On<A>,
    backend: B,
    job: JobId,
) -> Result<(On<B>, Option<ModelInfo>), (On<A>, EngineError)> {
    let (mut session, old) = session.onto(backend);
    match session.reload(job).await {
        Ok(model) => Ok((session, model)),
        Err(error) => Err((session.onto(old).0, error)),
    }
}

/// The model of a session that stays where it is; one that a failed move took away comes back.
async fn at_hand<B: Backend>(session: &mut On<B>, job: JobId) -> Moved {
    match session.model() {
        Some(model) => Ok(Some(model.clone())),
        None => session.reload(job).await,
    }
}

fn processor() -> Cpu {
    Cpu::new(Precision::Quantised)
}

/// The graphics device, or why there is none.
async fn open(host: &Rc<WorkerHost>) -> Result<Gpu, String> {
    let (options, name) = webgpu::options().await;
    let mut gpu = Gpu::open(options, || host.now_secs()).await.map_err(|error| error.to_string())?;
    if let Some(name) = name {
        gpu.call_adapter(name);
    }
    host.set_loss(Some(gpu.loss()));
    Ok(gpu)
}

fn candidate(kind: BackendKind, name: String, standing: Standing) -> Candidate {
    Candidate { kind, name, standing }
}

fn standing(measured: Result<Speed, String>) -> Standing {
    measured.map_or_else(|why| Standing::Unavailable { why }, Standing::Measured)
}

fn no_webgpu(why: &str) -> Failure {
    Failure {
        message: format!("This browser offers no graphics device that can be used: {why}."),
        remedy: "Choose the CPU in the settings. A current Chrome, Edge, Firefox or Safari on a computer with a graphics card has WebGPU; its settings may have switched hardware acceleration off.".into(),
    }
}
