//! In a real worker of a real browser: what native tests cannot see.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use cpu::{Cpu, Precision, requantise};
use engine::{
    ByteSource as _, Data, Host, MemorySource, ModelFiles as _, OpenedDataSet, Preview, Session, Trace,
    load_pair,
};
use gpu::Gpu;
use imaging::PixelBounds;
use js_sys::{Array, ArrayBuffer, Object, Reflect, Uint8Array};
use protocol::{
    Command, DataSource, EndOfAnswer, Event, ImageId, JobId, ModelSource, PERMANENT_LINE, Question, Settings,
};
use tensor::Dtype;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{DedicatedWorkerGlobalScope, File, FilePropertyBag};

use crate::files::WebFiles;
use crate::host::WorkerHost;
use crate::message::{self, Incoming};
use crate::source::WebSource;
use crate::webgpu;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn worker_host() -> WorkerHost {
    WorkerHost::new(js_sys::global().unchecked_into::<DedicatedWorkerGlobalScope>())
}

fn file(bytes: &[u8]) -> File {
    let parts = Array::of1(&Uint8Array::from(bytes));
    File::new_with_u8_array_sequence(&parts, "a.gguf").unwrap()
}

#[wasm_bindgen_test]
async fn a_chosen_file_is_read_range_by_range() {
    let bytes: Vec<u8> = (0..=255).collect();
    let mut source = WebSource::from_file(&file(&bytes));
    assert_eq!((source.name(), source.n_bytes()), ("a.gguf", 256));
    assert_eq!(source.read(3..7).await.unwrap(), [3, 4, 5, 6]);
    assert_eq!(source.read(250..256).await.unwrap(), &bytes[250..]);
    let short = source.read(250..300).await.unwrap_err();
    assert_eq!(short.to_string(), "a.gguf: 6 bytes came where 50 were asked for");
}

/// An index of the file is kept under its version.
#[wasm_bindgen_test]
fn a_chosen_file_has_the_moment_of_its_change_as_its_version() {
    let options = FilePropertyBag::new();
    options.set_last_modified(1_764_000_000_123.0);
    let parts = Array::of1(&Uint8Array::from(&[1u8][..]));
    let changed = File::new_with_u8_array_sequence_and_options(&parts, "a.tsv", &options).unwrap();
    assert_eq!(WebSource::from_file(&changed).version().as_deref(), Some("1764000000123"));
    assert_ne!(WebSource::from_file(&file(&[1])).version(), WebSource::from_file(&changed).version());
}

#[wasm_bindgen_test]
async fn a_data_set_is_refused_where_only_the_whole_file_can_be_had() {
    let refusal = async |url: &str| {
        let data = DataSource::Own { url: url.into() };
        let opened = WebFiles::of_data(&data, &[]).open().await;
        opened.err().map(|error| error.to_string()).unwrap_or_default()
    };
    // The host of these tests knows no ranges.
    let whole = refusal("/").await;
    assert!(whole.contains("sends the whole file") && whole.contains("choose it from the disk"), "{whole}");
    let elsewhere = refusal("https://example.org/val.tsv").await;
    assert!(elsewhere.starts_with("val.tsv: it lies on another host"), "{elsewhere}");
    let picked = WebFiles::of_data(&DataSource::Picked { name: "a".into() }, &[file(&[1, 2]).into()]);
    assert_eq!(picked.open().await.unwrap()[0].n_bytes(), 2);
}

/// A lost device needs its model again, long after the command that brought the handles.
#[wasm_bindgen_test]
async fn chosen_files_can_be_opened_again() {
    let chosen = ModelSource::Files { names: Vec::new() };
    let files =
        WebFiles::of(&chosen, &[file(&[1, 2, 3]).into(), JsValue::from_str("no file"), file(&[4]).into()]);
    for _ in 0..2 {
        let mut sources = files.open().await.unwrap();
        assert_eq!(sources.iter().map(|source| source.n_bytes()).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(sources[0].read(1..3).await.unwrap(), [2, 3]);
    }
}

#[wasm_bindgen_test]
fn a_command_is_read_with_what_travels_beside_it() {
    let command = Command::OpenImage { job: JobId(7), image: ImageId(2), name: "x.png".into() };
    let data = Object::new();
    Reflect::set(&data, &"command".into(), &serde_wasm_bindgen::to_value(&command).unwrap()).unwrap();
    let buffer: ArrayBuffer = Uint8Array::from(&[1u8, 2, 3][..]).buffer();
    Reflect::set(&data, &"bulk".into(), &Array::of1(&buffer)).unwrap();
    let incoming = Incoming::read(&data, &worker_host()).unwrap();
    assert_eq!(incoming.command, command);
    assert_eq!(message::bytes(&incoming.bulk), Some(vec![1, 2, 3]));
}

#[wasm_bindgen_test]
fn an_event_hands_its_bytes_over() {
    let event = Event::Answer { job: JobId(1), text: "é".into() };
    let (message, buffers) = message::outgoing(&event, Some(vec![9, 8])).unwrap();
    let told: Event =
        serde_wasm_bindgen::from_value(Reflect::get(&message, &"event".into()).unwrap()).unwrap();
    assert_eq!(told, event);
    assert_eq!(message::bytes(&buffers.to_vec()), Some(vec![9, 8]));
}

#[wasm_bindgen_test]
async fn a_breath_lets_messages_in() {
    let host = worker_host();
    let arrived = Rc::new(Cell::new(false));
    let flag = Rc::clone(&arrived);
    // A task of the event loop, not of this program: it cannot run before the breath gives the loop its turn.
    let channel = web_sys::MessageChannel::new().unwrap();
    let on_message = wasm_bindgen::prelude::Closure::<dyn FnMut()>::new(move || flag.set(true));
    channel.port1().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    channel.port2().post_message(&JsValue::NULL).unwrap();
    assert!(!arrived.get());
    host.breathe().await;
    assert!(arrived.get(), "the event loop had no turn");
}

/// Keeps the answer, and the latest event.
#[derive(Default)]
struct Listener {
    answer: RefCell<String>,
    latest: RefCell<Option<Event>>,
}

impl Host for Listener {
    fn now_secs(&self) -> f64 {
        0.0
    }

    fn emit(&self, event: Event) {
        if let Event::Answer { text, .. } = &event {
            self.answer.borrow_mut().push_str(text);
        }
        self.latest.replace(Some(event));
    }

    async fn breathe(&self) {}

    fn is_stopped(&self, _: JobId) -> bool {
        false
    }
}

fn bundled() -> Vec<MemorySource> {
    let of = |name: &str, bytes: &[u8]| MemorySource::new(name, bytes.to_vec());
    vec![
        of("text.gguf", include_bytes!("../../../../web/models/phantom/text.gguf")),
        of("mmproj.gguf", include_bytes!("../../../../web/models/phantom/mmproj.gguf")),
    ]
}

/// The bundled model in WebAssembly gives the answer that the native build and the reference give.
#[wasm_bindgen_test]
async fn the_bundled_model_answers_an_example() {
    let example = include_bytes!("../../../../web/examples/limb.png");
    let listener = Rc::new(Listener::default());
    let mut session = Session::new(Cpu::new(Precision::Quantised), Rc::clone(&listener));
    let job = JobId(0);
    session.load(job, bundled()).await.unwrap();
    session.open_image(ImageId(0), "limb.png", example).unwrap();
    let text = "Question: Which fracture does this radiograph show?\nOptions:\nA. displaced fracture\n\
                B. transverse fracture\nC. oblique fracture\nD. no fracture\nPlease select the correct answer from the options above.";
    let question = Question { text: text.into(), images: vec![ImageId(0)] };
    let (end, _) = session.ask(job, question, Settings::default()).await.unwrap();
    assert_eq!(*listener.answer.borrow(), "B. transverse fracture");
    assert_eq!(end, EndOfAnswer::EndOfTurn);
}

/// The worker's loop goes by what `advance` says: it must come to an end, with the tower in place.
#[wasm_bindgen_test]
async fn the_vision_tower_comes_while_nothing_is_asked() {
    let listener = Rc::new(Listener::default());
    let mut session = Session::new(Cpu::new(Precision::Quantised), Rc::clone(&listener));
    assert!(!session.advance().await);
    session.load(JobId(3), bundled()).await.unwrap();
    while session.advance().await {}
    let told = listener.latest.take();
    assert!(matches!(told, Some(Event::VisionReady { job: JobId(3), .. })), "{told:?}");
    assert!(!session.advance().await);
}

/// A benchmark's questions and images reach the page whole.
#[wasm_bindgen_test]
async fn benchmark_questions_and_images_cross() {
    let mut session =
        Session::<_, _, Vec<MemorySource>>::new(Cpu::new(Precision::Quantised), Rc::new(Listener::default()));
    let job = JobId(0);
    let OpenedDataSet { data, questions, fingerprint, problems, n_problems } =
        session.open_data(job, Data::HeldOut { per_task: 1 }).await.unwrap();
    assert!(questions.len() > 1 && questions[1].answer.is_some());
    let opened = Event::BenchmarkOpened { job, data, questions, fingerprint, problems, n_problems };
    let Preview { width_px, height_px, rgba } = session.question_image(1).await.unwrap();
    assert_eq!(rgba.len(), 4 * (width_px * height_px) as usize);
    let shown = Event::BenchmarkImage { job, number: 1, width_px, height_px };
    for (event, bulk) in [(opened, None), (shown, Some(rgba))] {
        let (message, buffers) = message::outgoing(&event, bulk.clone()).unwrap();
        let told = Reflect::get(&message, &"event".into()).unwrap();
        assert_eq!(serde_wasm_bindgen::from_value::<Event>(told).unwrap(), event);
        assert_eq!(message::bytes(&buffers.to_vec()), bulk);
    }
}

#[wasm_bindgen_test]
fn the_permanent_line_is_the_one_of_the_page() {
    assert!(include_str!("../../../../index.html").contains(PERMANENT_LINE));
}

/// The share of tokens of given answers that WebGPU finds likeliest where the CPU does, with the bundled model in a format.
async fn agreement(dtype: Dtype) -> (f64, usize) {
    const EXAMPLES: [(&[u8], &str); 3] = [
        (include_bytes!("../../../../web/examples/limb.png"), "Describe the image."),
        (include_bytes!("../../../../web/examples/blood.png"), "How many lymphocytes are there?"),
        (include_bytes!("../../../../web/examples/fundus.png"), "Describe the image."),
    ];
    const BOUNDS: PixelBounds = PixelBounds { min_pixels: 3136, max_pixels: 50_176 };
    let listener = Rc::new(Listener::default());
    let pair = || {
        let of = |name: &str, bytes: &[u8]| MemorySource::new(name, requantise(bytes, dtype).unwrap());
        vec![
            of("text.gguf", include_bytes!("../../../../web/models/phantom/text.gguf")),
            of("mmproj.gguf", include_bytes!("../../../../web/models/phantom/mmproj.gguf")),
        ]
    };
    let mut cpu = Cpu::new(Precision::Exact);
    let host = worker_host();
    let mut gpu = Gpu::open(webgpu::options().await.0, || host.now_secs()).await.unwrap();
    let on_cpu = load_pair(&mut cpu, &listener, JobId(0), pair()).await.unwrap();
    let on_gpu = load_pair(&mut gpu, &listener, JobId(0), pair()).await.unwrap();
    let (mut n_same, mut n_tokens) = (0, 0);
    for (image, text) in EXAMPLES {
        let images = [imaging::decode(image).unwrap().pixels];
        let answer = Trace::new(&mut cpu, &on_cpu, &images, BOUNDS, text, 24).await.unwrap().greedy;
        let expected =
            Trace::forced(&mut cpu, &on_cpu, &images, BOUNDS, text, &answer).await.unwrap().likeliest();
        let found =
            Trace::forced(&mut gpu, &on_gpu, &images, BOUNDS, text, &answer).await.unwrap().likeliest();
        let judged = expected.len() - answer.len() - 1..;
        let pairs = expected[judged.clone()].iter().zip(&found[judged]);
        n_same += pairs.filter(|(expected, found)| expected == found).count();
        n_tokens += answer.len() + 1;
    }
    (n_same as f64 / n_tokens as f64, n_tokens)
}

/// What WebGPU must reach in every quantisation.
const LEAST_AGREEMENT: f64 = 0.98;

#[wasm_bindgen_test]
async fn forced_decoding_agrees_in_every_quantisation() {
    for dtype in Dtype::ALL {
        let (agreement, n_tokens) = agreement(dtype).await;
        web_sys::console::log_1(&format!("{dtype}: {agreement:.4} of {n_tokens} tokens").into());
        assert_eq!(n_tokens, 3 * 25);
        assert!(agreement >= LEAST_AGREEMENT, "{dtype}: {agreement}");
    }
}
