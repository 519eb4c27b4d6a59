use super::{Keeper, keeps_nothing, records::ModelRecord};
use crate::{
    Locks, ModelKey, Network, OrderId, Report, Shelf, Wish,
    fetch::{Ended, Fetch, check_room, look},
    file_key, model_key,
    stop::Stop,
    trouble,
};

impl<N: Network, S: Shelf, L: Locks, T: Fn(Report)> Keeper<N, S, L, T> {
    pub(super) async fn fetch(&self, id: OrderId, stop: &Stop, wish: &Wish) -> Result<Report, Ended> {
        if wish.files.is_empty() {
            return Err(trouble::nothing_wanted().into());
        }
        if let Some(wanted) = wish.files.iter().find(|wanted| wanted.mirrors.is_empty()) {
            return Err(trouble::no_address(&wanted.name).into());
        }
        let keys: Vec<String> = wish.files.iter().map(file_key).collect();
        let model = model_key(&wish.title, &keys);
        self.check_room_for(stop, wish).await?;
        let before = self.record(&model).await?;
        let record = ModelRecord::new(wish, self.network.now_secs());
        self.save_record(&model, &record).await?;
        let ended = match self.fetch_files(id, stop, wish, &keys).await {
            Ok(n_received) => {
                let model = self.stored_model(model, record).await?;
                return Ok(Report::Fetched { id, model, n_received });
            }
            Err(ended) => ended,
        };
        let stored = self.stored_model(model.clone(), record).await?;
        let is_whole = stored.files.iter().all(|file| file.is_whole);
        let is_nothing = before.is_none() && stored.files.iter().all(|file| file.n_done == 0);
        // A model that a person cancels is dropped, and so is one of which nothing arrived.
        let goes = keeps_nothing(&ended) || (is_nothing && matches!(ended, Ended::Failed(_)));
        if goes
            && !is_whole
            && let Err(Ended::Failed(trouble)) = self.drop_model(&model).await
        {
            (self.tell)(Report::Warned { id, warning: trouble.message });
        }
        Err(ended)
    }

    async fn fetch_files(
        &self,
        id: OrderId,
        stop: &Stop,
        wish: &Wish,
        keys: &[String],
    ) -> Result<u64, Ended> {
        let mut n_received = 0;
        for (place, (wanted, key)) in wish.files.iter().zip(keys).enumerate() {
            let _lock = self.lock(id, stop, key).await?;
            let tell = |happening| self.tell_of_file(id, place, happening);
            let mut file =
                Fetch::open(&self.network, &self.shelf, stop, self.settings, key, wanted, &tell).await?;
            file.run().await?;
            n_received += file.n_received();
        }
        Ok(n_received)
    }

    /// Refuses a wish before its first byte if the browser has no room for it.
    async fn check_room_for(&self, stop: &Stop, wish: &Wish) -> Result<(), Ended> {
        let mut n_missing = 0_u64;
        for wanted in &wish.files {
            let stored = self.stored_file(wanted).await?;
            if stored.is_whole {
                continue;
            }
            let n_total = match stored.n_total {
                Some(n_total) => n_total,
                None => match look(self.way(stop), wanted).await {
                    Ok(seen) => seen.n_bytes.unwrap_or(0),
                    Err(ended @ Ended::Stopped(_)) => return Err(ended),
                    // No mirror answered the look. The fetch tries for longer, and reports.
                    Err(Ended::Failed(_)) => 0,
                },
            };
            n_missing = n_missing.saturating_add(n_total.saturating_sub(stored.n_done));
        }
        check_room(&self.shelf, n_missing, self.settings).await
    }

    /// Drops a model and those of its files that no other model shares or uses.
    async fn drop_model(&self, model: &ModelKey) -> Result<(), Ended> {
        self.delete_models(&Stop::default(), std::slice::from_ref(model)).await.map(|_| ())
    }
}
