//! The context that sees an image cannot reach the network. Tried from inside, on a host that sends no headers.

use anyhow::{Result, ensure};
use tests::browser::{
    AskPage, Asked, BrowserKind, Ground, OtherOrigin, Probes, Problem, built_page, fixtures_folder,
    plain_spec_in,
};

use crate::examples::ask_first_example;

const WAYS_OUT_OF_A_PAGE: [&str; 13] = [
    "fetch",
    "fetch-no-cors",
    "xhr",
    "websocket",
    "eventsource",
    "import",
    "beacon",
    "image",
    "script",
    "stylesheet",
    "frame",
    "media",
    "font",
];
const WAYS_OUT_OF_A_WORKER: [&str; 6] =
    ["fetch", "fetch-no-cors", "xhr", "websocket", "eventsource", "import"];

#[test]
fn nothing_leaves_the_page_for_another_origin() -> Result<()> {
    on_the_page_in_each("policy-page", async |ground| {
        AskPage::open_and_wait_until_ready(ground).await?;
        let other = OtherOrigin::start()?;
        let attempts = Probes::from_page(&ground.browser, &other).await?;
        Probes::ensure_refused(&attempts, &WAYS_OUT_OF_A_PAGE, &other)?;
        // The only way out that no policy closes in this browser: the page gives it up before its program starts.
        let left = ground.browser.run("return typeof RTCPeerConnection", &[]).await?;
        ensure!(left == "undefined", "WebRTC is still there: {left}");
        Ok(())
    })
}

#[test]
fn nothing_leaves_the_worker_for_another_origin() -> Result<()> {
    on_the_page_in_each("policy-worker", async |ground| {
        Probes::listen_in_workers(&ground.browser).await?;
        let page = AskPage::open_and_wait_until_ready(ground).await?;
        // The answer comes from the same worker, which has an image in its memory.
        ask_first_example(&page).await?;
        let other = OtherOrigin::start()?;
        let (attempts, asked) = Probes::from_worker(&ground.browser, &other).await?;
        Probes::ensure_refused(&attempts, &WAYS_OUT_OF_A_WORKER, &other)?;
        ensure!(
            asked.iter().any(|url| url.ends_with(".gguf")),
            "not the worker that loads models: {asked:?}"
        );
        let own = asked
            .iter()
            .all(|url| url.starts_with(&format!("{}/", ground.origin())) || url.contains("/probe-"));
        ensure!(own, "the worker asked another origin: {asked:#?}");
        Ok(())
    })
}

#[test]
fn the_probes_do_reach_another_origin_where_no_policy_forbids_it() -> Result<()> {
    for kind in BrowserKind::EACH_PROGRAM {
        let asked = plain_spec_in(kind, "probes-succeed", &fixtures_folder(), probe_without_a_policy)?;
        ensure!(
            asked == Asked::Skipped || !asked.is_nothing(),
            "{kind:?}: the browser's record holds none of it"
        );
    }
    Ok(())
}

async fn probe_without_a_policy(ground: &Ground) -> Result<()> {
    Probes::listen_in_workers(&ground.browser).await?;
    ground.browser.open(&format!("{}/no-policy.html", ground.origin())).await?;
    let other = OtherOrigin::start()?;
    let attempts = Probes::from_page(&ground.browser, &other).await?;
    ensure_arrived(&other, &WAYS_OUT_OF_A_PAGE)?;
    let refused = Probes::ensure_refused(&attempts, &WAYS_OUT_OF_A_PAGE, &other);
    ensure!(refused.is_err(), "the check cannot fail");

    let other = OtherOrigin::start()?;
    let (attempts, _) = Probes::from_worker(&ground.browser, &other).await?;
    ensure_arrived(&other, &WAYS_OUT_OF_A_WORKER)?;
    let refused = Probes::ensure_refused(&attempts, &WAYS_OUT_OF_A_WORKER, &other);
    ensure!(refused.is_err(), "the check cannot fail");
    Ok(())
}

fn ensure_arrived(other: &OtherOrigin, names: &[&str]) -> Result<()> {
    let asked = other.asked();
    for name in names {
        let arrived = asked.iter().any(|line| line.contains(&format!("/probe-{name} ")));
        ensure!(arrived, "{name} did not arrive: {asked:#?}");
    }
    Ok(())
}

/// A spec on the built page, in each browser. The policy refuses things in it, and nothing else may go wrong.
fn on_the_page_in_each(name: &str, body: impl AsyncFn(&Ground) -> Result<()>) -> Result<()> {
    for kind in BrowserKind::EACH_PROGRAM {
        let asked = plain_spec_in(kind, name, &built_page()?, async |ground| {
            body(ground).await?;
            let problems = ground.browser.problems().await?;
            let is_probe = |problem: &Problem| match problem {
                Problem::Refused(_) => true,
                Problem::ConsoleError(text) => text.contains("/probe-"),
            };
            let unexpected = problems.iter().filter(|problem| !is_probe(problem)).collect::<Vec<_>>();
            ensure!(unexpected.is_empty(), "the page did what it must not: {unexpected:#?}");
            Ok(())
        })?;
        ensure!(asked.is_nothing(), "{kind:?} let these out: {asked:#?}");
    }
    Ok(())
}
