/* A drive in memory that misbehaves on request, and an engine on it. */

typedef struct {
    const char *name;
    uint32_t side;                     /* px of the orange picture that it is */
    int32_t verdict;
    thumbling_status_t stat, open;     /* returned by the callbacks */
    int failures;                      /* opens that fail before one does not */
    bool unnamed, unversioned, unreplied; /* stat without a valid reply */
    bool forgets;                      /* open without a source */
    bool changes_its_mind;             /* open that fails with a source */
    bool blocks;                       /* open that waits until the host is let go */
    bool waits_for_cancel;             /* open that waits until it is cancelled, then fails */
    uint64_t claims;                   /* bytes that its source claims beyond its content */
    int opens;
} entry_t;

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t let_go;
    entry_t files[8];
    size_t len;
    bool goes;
    int stats, inside, releases, after_release, copies, refused;
    char key[64];                      /* of the last copy */
    uint64_t remaining_ms;             /* of the last open */
    uint64_t read_remaining_ms;        /* of the last read */
    uint64_t stat_remaining_ms;        /* of the last stat */
    int cancelled;                     /* opens that were cancelled while they waited */
    thumbling_drive_t table;
} host_t;

static void nap(long ms) {
    struct timespec time = {0, 0};
    time.tv_sec = ms / 1000;
    time.tv_nsec = ms % 1000 * 1000000;
    nanosleep(&time, NULL);
}

static host_t *enter(uintptr_t user_data) {
    host_t *host = (host_t *)user_data;
    pthread_mutex_lock(&host->lock);
    host->inside++;
    host->after_release += host->releases;
    return host;
}

static thumbling_status_t leave(host_t *host, thumbling_status_t status) {
    host->inside--;
    pthread_mutex_unlock(&host->lock);
    return status;
}

/* One of the host's numbers, read as another thread may change it. */
static int seen(host_t *host, const int *number) {
    int n;
    pthread_mutex_lock(&host->lock);
    n = *number;
    pthread_mutex_unlock(&host->lock);
    return n;
}

static bool comes(host_t *host, const int *number, int n) {
    int i;
    for (i = 0; i < SOON / 5 && seen(host, number) != n; i++) nap(5);
    return seen(host, number) == n;
}

static thumbling_file_t file_of(const char *name) {
    thumbling_file_t file;
    file.space = "mine";
    file.file = name;
    return file;
}

static entry_t *found(host_t *host, const char *name) {
    size_t i;
    for (i = 0; i < host->len; i++)
        if (strcmp(host->files[i].name, name) == 0) return &host->files[i];
    return NULL;
}

static thumbling_status_t host_stat(uintptr_t user_data, const thumbling_call_t *call, const thumbling_file_t *file) {
    host_t *host = enter(user_data);
    entry_t *entry = found(host, file->file);
    thumbling_file_info_t info = THUMBLING_FILE_INFO_INIT;
    char name[80], version[80];
    host->stats++;
    host->stat_remaining_ms = call->remaining_ms;
    if (strcmp(file->space, "mine") || !entry) return leave(host, THUMBLING_ERROR_NOT_FOUND);
    if (entry->unreplied) return leave(host, THUMBLING_OK);
    snprintf(name, sizeof name, "%.60s.qoi", entry->name);
    snprintf(version, sizeof version, "v%u", (unsigned)entry->side);
    info.size = 22 + (uint64_t)entry->side * entry->side * 4;
    info.verdict = entry->verdict;
    info.name = entry->unnamed ? NULL : name;
    info.version = entry->unversioned ? "" : version;
    host->refused += thumbling_call_reply_info(call, &info) != THUMBLING_OK;
    return leave(host, entry->stat);
}

typedef struct {
    sample_t sample;
    host_t *host;
} reader_t;

static int64_t reader_read_at(uintptr_t user_data, const thumbling_call_t *call, uint64_t offset, void *buffer, size_t len) {
    reader_t *reader = (reader_t *)user_data;
    size_t left = offset < reader->sample.len ? reader->sample.len - (size_t)offset : 0;
    if (len > left) len = left;
    if (len) memcpy(buffer, reader->sample.data + offset, len);
    pthread_mutex_lock(&reader->host->lock);
    reader->host->read_remaining_ms = call->remaining_ms;
    pthread_mutex_unlock(&reader->host->lock);
    return (int64_t)len;
}

static void reader_release(uintptr_t user_data) {
    reader_t *reader = (reader_t *)user_data;
    free(reader->sample.data);
    free(reader);
}

static thumbling_status_t host_open(uintptr_t user_data, const thumbling_call_t *call, const thumbling_file_t *file,
                                    thumbling_source_t *source) {
    host_t *host = enter(user_data);
    entry_t *entry = found(host, file->file);
    reader_t *reader;
    thumbling_status_t status;
    if (!entry) return leave(host, THUMBLING_ERROR_NOT_FOUND);
    entry->opens++;
    host->remaining_ms = call->remaining_ms;
    if (entry->failures > 0 && entry->failures--) return leave(host, THUMBLING_ERROR_IO);
    while (entry->blocks && !host->goes) pthread_cond_wait(&host->let_go, &host->lock);
    if (entry->waits_for_cancel) {
        pthread_mutex_unlock(&host->lock);
        while (!thumbling_call_is_cancelled(call)) nap(1);
        pthread_mutex_lock(&host->lock);
        host->cancelled++;
        return leave(host, THUMBLING_ERROR_IO);
    }
    if (entry->forgets) return leave(host, THUMBLING_OK);
    reader = (reader_t *)malloc(sizeof *reader);
    if (!reader) abort();
    reader->host = host;
    reader->sample = sample_orange(entry->side, entry->side);
    status = thumbling_source_new_read_at(reader_read_at, reader->sample.len + entry->claims, reader_release,
                                          (uintptr_t)reader, source, NULL);
    if (entry->changes_its_mind) status = THUMBLING_ERROR_DENIED;
    return leave(host, entry->open ? entry->open : status);
}

static thumbling_status_t host_authorize(uintptr_t user_data, const thumbling_call_t *call,
                                         const thumbling_caller_t *caller, const thumbling_file_t *file,
                                         int32_t action) {
    host_t *host = enter(user_data);
    (void)call, (void)action;
    if (strcmp(file->space, "mine")) return leave(host, THUMBLING_ERROR_NOT_FOUND);
    if (caller->user && strcmp(caller->user, "mary") == 0) return leave(host, THUMBLING_OK);
    return leave(host, THUMBLING_ERROR_DENIED);
}

static thumbling_status_t host_resolve(uintptr_t user_data, const thumbling_call_t *call,
                                       const thumbling_caller_t *caller, const char *uri) {
    host_t *host = enter(user_data);
    thumbling_file_t file = file_of(strchr(uri, '/') ? strchr(uri, '/') + 2 : uri);
    (void)caller;
    if (strncmp(uri, "drive://", 8)) return leave(host, THUMBLING_ERROR_NOT_FOUND);
    return leave(host, thumbling_call_reply_file(call, &file));
}

static thumbling_status_t host_copy(uintptr_t user_data, const thumbling_call_t *call, const thumbling_caller_t *caller,
                                    const thumbling_file_t *file, const thumbling_file_t *folder, const char *key) {
    host_t *host = enter(user_data);
    entry_t *from = found(host, file->file);
    thumbling_file_t copy = file_of("copy");
    copy.space = folder->space;
    (void)caller;
    if (!from) return leave(host, THUMBLING_ERROR_NOT_FOUND);
    host->copies++;
    snprintf(host->key, sizeof host->key, "%s", key);
    host->files[host->len] = *from;
    host->files[host->len++].name = "copy";
    return leave(host, thumbling_call_reply_file(call, &copy));
}

static void host_release(uintptr_t user_data) {
    host_t *host = (host_t *)user_data;
    pthread_mutex_lock(&host->lock);
    host->releases++;
    pthread_mutex_unlock(&host->lock);
}

static void host_init(host_t *host) {
    const thumbling_drive_t empty = THUMBLING_DRIVE_INIT;
    memset(host, 0, sizeof *host);
    pthread_mutex_init(&host->lock, NULL);
    pthread_cond_init(&host->let_go, NULL);
    host->table = empty;
    host->table.user_data = (uintptr_t)host;
    host->table.release = host_release;
    host->table.stat = host_stat;
    host->table.open = host_open;
    host->table.authorize = host_authorize;
    host->table.resolve = host_resolve;
    host->table.copy = host_copy;
}

static entry_t *host_put(host_t *host, const char *name, uint32_t side) {
    entry_t *entry = &host->files[host->len++];
    memset(entry, 0, sizeof *entry);
    entry->name = name;
    entry->side = side;
    return entry;
}

static void host_let_go(host_t *host) {
    pthread_mutex_lock(&host->lock);
    host->goes = true;
    pthread_cond_broadcast(&host->let_go);
    pthread_mutex_unlock(&host->lock);
}

static thumbling_caller_t caller_of(const char *user) {
    thumbling_caller_t caller = THUMBLING_CALLER_INIT;
    caller.user = user;
    return caller;
}

/* A configuration with a folder that nobody has used; small thumbnails, and no upkeep by itself. */
static thumbling_engine_config_t config_new(thumbling_spec_t *spec, char state[64]) {
    static const char *const names[] = {"small"};
    static int next = 0;
    const thumbling_spec_t default_spec = THUMBLING_SPEC_INIT;
    thumbling_engine_config_t config = THUMBLING_ENGINE_CONFIG_INIT;
    snprintf(state, 64, "engine-%d-%d", (int)getpid(), next++);
    *spec = default_spec;
    spec->width = spec->height = 32;
    spec->output = THUMBLING_OUTPUT_WEBP;
    spec->fit = THUMBLING_FIT_CONTAIN;
    config.state_folder = state;
    config.specs = spec;
    config.spec_names = names;
    config.specs_len = 1;
    config.threads = 2;
    config.collect_interval_s = 0;
    return config;
}

/* An engine on `host`, in a folder of its own. */
static thumbling_engine_t engine_on(host_t *host) {
    thumbling_engine_t engine = {0};
    thumbling_error_t error = no_error;
    thumbling_spec_t spec;
    char state[64];
    thumbling_engine_config_t config = config_new(&spec, state);
    if (thumbling_engine_new(&config, &host->table, &engine, &error)) {
        fprintf(stderr, "an engine cannot be opened: %s\n", thumbling_error_detail(error));
        thumbling_error_free(error);
    }
    return engine;
}

/* Closes and frees the engine; whether no callback was left running, and the host was released once and not called again. */
static bool closed(thumbling_engine_t engine, host_t *host) {
    size_t stuck = 99;
    if (thumbling_engine_close(engine, SOON, &stuck) || stuck || thumbling_engine_free(engine)) return false;
    if (seen(host, &host->releases) != 1 || seen(host, &host->after_release)) return false;
    pthread_cond_destroy(&host->let_go);
    pthread_mutex_destroy(&host->lock);
    return true;
}

/* The state of a task once it has ended or the timeout has elapsed. */
static int32_t state_of(thumbling_engine_t engine, const thumbling_task_id_t *id, uint64_t timeout_ms) {
    thumbling_caller_t mary = caller_of("mary");
    thumbling_task_t task = {0};
    thumbling_task_info_t info = THUMBLING_TASK_INFO_INIT;
    int32_t state = -1;
    if (!thumbling_task_wait(engine, id, &mary, timeout_ms, &task, NULL) && !thumbling_task_info(task, &info)) state = info.state;
    thumbling_task_free(task);
    return state;
}

/* The final state of a task for a changed file. */
static int32_t changed_state(thumbling_engine_t engine, const char *name) {
    thumbling_file_t file = file_of(name);
    thumbling_task_id_t id;
    if (thumbling_engine_file_changed(engine, &file, &id, NULL)) return -1;
    return state_of(engine, &id, SOON);
}

/* A lookup of one file; the strings of the result are no longer valid. */
static thumbling_lookup_result_t lookup_as(thumbling_engine_t engine, const char *name, const char *user, int32_t mode) {
    thumbling_file_t file = file_of(name);
    thumbling_caller_t caller = caller_of(user);
    thumbling_lookup_request_t request = THUMBLING_LOOKUP_REQUEST_INIT;
    thumbling_lookup_t lookup;
    thumbling_lookup_result_t result = THUMBLING_LOOKUP_RESULT_INIT;
    request.files = &file;
    request.files_len = 1;
    request.caller = &caller;
    request.mode = mode;
    request.timeout_ms = SOON;
    if (thumbling_lookup_new(engine, &request, &lookup, NULL) || thumbling_lookup_at(lookup, 0, &result)) result.state = -1;
    thumbling_lookup_free(lookup);
    return result;
}

/* Creates a task for `len` files, for Mary. */
static thumbling_status_t task_create(thumbling_engine_t engine, int32_t kind, const thumbling_file_t *files, size_t len,
                                      const char *trace, thumbling_task_id_t *id, thumbling_error_t *error) {
    thumbling_task_request_t request = THUMBLING_TASK_REQUEST_INIT;
    thumbling_caller_t mary = caller_of("mary");
    mary.trace = trace;
    request.kind = kind;
    request.files = files;
    request.files_len = len;
    request.caller = &mary;
    return thumbling_task_create(engine, &request, id, error);
}

/* A URL of a file without waiting for it; `file` or `uri` may be NULL. */
static thumbling_status_t url_new(thumbling_engine_t engine, const thumbling_file_t *file, const char *uri,
                                  const char *user, const char *hint, thumbling_url_t *url) {
    thumbling_url_request_t request = THUMBLING_URL_REQUEST_INIT;
    thumbling_caller_t caller = caller_of(user);
    request.file = file;
    request.uri = uri;
    request.caller = &caller;
    request.hint = hint;
    request.mode = THUMBLING_LOOKUP_MODE_CACHE_ONLY;
    return thumbling_url_new(engine, &request, url, NULL);
}

/* Opens what a URL refers to. */
static thumbling_status_t content_new(thumbling_engine_t engine, thumbling_url_t url, thumbling_content_t *content) {
    thumbling_url_info_t info = THUMBLING_URL_INFO_INIT;
    thumbling_status_t status = thumbling_url_info(url, &info);
    return status ? status : thumbling_content_new(engine, info.url, content, NULL);
}
