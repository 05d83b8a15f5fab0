/* A drive in memory that does as it is told, and an engine on it. */

typedef struct {
    const char *name;
    uint32_t side;                     /* px of the orange picture that it is */
    int32_t verdict;
    thumbling_status_t stat, open;     /* what the callbacks return */
    int failures;                      /* opens that fail before one does not */
    bool unnamed, unversioned;         /* answers that are none */
    bool forgets;                      /* opens without a source */
    bool changes_its_mind;             /* opens with a source, and fails */
    bool blocks;                       /* opens once it is let go */
    uint64_t claims;                   /* bytes that its source claims beside those there are */
    int opens;
} entry_t;

typedef struct {
    pthread_mutex_t lock;
    pthread_cond_t let_go;
    entry_t files[8];
    size_t len;
    bool goes;
    int stats, inside, releases, after_release, copies;
    char key[64];                      /* of the last copy */
    thumbling_drive_t table;
} host_t;

static void nap(long ms) {
    struct timespec time = {0, 0};
    time.tv_sec = ms / 1000;
    time.tv_nsec = ms % 1000 * 1000000;
    nanosleep(&time, NULL);
}

static host_t *enter(void *user_data) {
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

static entry_t *found(host_t *host, const char *name) {
    size_t i;
    for (i = 0; i < host->len; i++)
        if (strcmp(host->files[i].name, name) == 0) return &host->files[i];
    return NULL;
}

static thumbling_status_t host_stat(void *user_data, const thumbling_file_t *file, thumbling_file_info_t *info) {
    host_t *host = enter(user_data);
    entry_t *entry = found(host, file->file);
    host->stats++;
    if (strcmp(file->space, "mine") || !entry) return leave(host, THUMBLING_ERROR_NOT_FOUND);
    info->size = 22 + (uint64_t)entry->side * entry->side * 4;
    info->verdict = entry->verdict;
    if (entry->unnamed) memset(info->name, 'x', sizeof info->name);
    else snprintf(info->name, sizeof info->name, "%s.qoi", entry->name);
    if (!entry->unversioned) snprintf(info->version, sizeof info->version, "v%u", (unsigned)entry->side);
    return leave(host, entry->stat);
}

typedef struct {
    sample_t sample;
    host_t *host;
} reader_t;

static int64_t reader_read_at(void *user_data, uint64_t offset, uint8_t *buffer, size_t len) {
    reader_t *reader = (reader_t *)user_data;
    size_t left = offset < reader->sample.len ? reader->sample.len - (size_t)offset : 0;
    if (len > left) len = left;
    if (len) memcpy(buffer, reader->sample.data + offset, len);
    return (int64_t)len;
}

static void reader_release(void *user_data) {
    reader_t *reader = (reader_t *)user_data;
    free(reader->sample.data);
    free(reader);
}

static thumbling_status_t host_open(void *user_data, const thumbling_file_t *file, thumbling_source_t *source) {
    host_t *host = enter(user_data);
    entry_t *entry = found(host, file->file);
    reader_t *reader;
    thumbling_status_t status;
    if (!entry) return leave(host, THUMBLING_ERROR_NOT_FOUND);
    entry->opens++;
    if (entry->failures > 0 && entry->failures--) return leave(host, THUMBLING_ERROR_IO);
    while (entry->blocks && !host->goes) pthread_cond_wait(&host->let_go, &host->lock);
    if (entry->forgets) return leave(host, THUMBLING_OK);
    reader = (reader_t *)malloc(sizeof *reader);
    if (!reader) abort();
    reader->host = host;
    reader->sample = sample_orange(entry->side, entry->side);
    status = thumbling_source_new_read_at(reader_read_at, reader->sample.len + entry->claims, reader, reader_release,
                                          source, NULL);
    if (entry->changes_its_mind) status = THUMBLING_ERROR_DENIED;
    return leave(host, entry->open ? entry->open : status);
}

static thumbling_status_t host_authorize(void *user_data, const thumbling_caller_t *caller, const thumbling_file_t *file,
                                         int32_t action) {
    host_t *host = enter(user_data);
    (void)action;
    if (strcmp(file->space, "mine")) return leave(host, THUMBLING_ERROR_NOT_FOUND);
    if (caller->user && strcmp(caller->user, "mary") == 0) return leave(host, THUMBLING_OK);
    return leave(host, THUMBLING_ERROR_DENIED);
}

static thumbling_status_t host_resolve(void *user_data, const char *uri, const thumbling_caller_t *caller,
                                       thumbling_file_name_t *file) {
    host_t *host = enter(user_data);
    (void)caller;
    if (strncmp(uri, "drive://", 8)) return leave(host, THUMBLING_ERROR_NOT_FOUND);
    snprintf(file->space, sizeof file->space, "mine");
    snprintf(file->file, sizeof file->file, "%s", uri + 8);
    return leave(host, THUMBLING_OK);
}

static thumbling_status_t host_copy(void *user_data, const thumbling_file_t *file, const thumbling_file_t *folder,
                                    const thumbling_caller_t *caller, const char *key, thumbling_file_name_t *copy) {
    host_t *host = enter(user_data);
    entry_t *from = found(host, file->file);
    (void)caller;
    if (!from) return leave(host, THUMBLING_ERROR_NOT_FOUND);
    host->copies++;
    snprintf(host->key, sizeof host->key, "%s", key);
    host->files[host->len] = *from;
    host->files[host->len++].name = "copy";
    snprintf(copy->space, sizeof copy->space, "%s", folder->space);
    snprintf(copy->file, sizeof copy->file, "copy");
    return leave(host, THUMBLING_OK);
}

static void host_release(void *user_data) {
    host_t *host = (host_t *)user_data;
    pthread_mutex_lock(&host->lock);
    host->releases++;
    pthread_mutex_unlock(&host->lock);
}

static void host_init(host_t *host) {
    memset(host, 0, sizeof *host);
    pthread_mutex_init(&host->lock, NULL);
    pthread_cond_init(&host->let_go, NULL);
    thumbling_drive_init(&host->table, sizeof host->table);
    host->table.user_data = host;
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

static thumbling_file_t file_of(const char *name) {
    thumbling_file_t file;
    file.space = "mine";
    file.file = name;
    return file;
}

static thumbling_caller_t caller_of(const char *user) {
    thumbling_caller_t caller;
    thumbling_caller_init(&caller, sizeof caller);
    caller.user = user;
    return caller;
}

/* A configuration with a folder that nobody has used; small thumbnails, and no upkeep by itself. */
static thumbling_config_t config_new(thumbling_spec_t *spec, char state[64]) {
    static const char *const names[] = {"small"};
    static int next = 0;
    thumbling_config_t config;
    snprintf(state, 64, "engine-%d-%d", (int)getpid(), next++);
    thumbling_config_init(&config, sizeof config);
    thumbling_spec_init(spec, sizeof *spec);
    spec->width = spec->height = 32;
    spec->output = THUMBLING_OUTPUT_WEBP;
    config.state = state;
    config.specs = spec;
    config.spec_names = names;
    config.specs_len = 1;
    config.threads = 2;
    config.upkeep_s = 0;
    return config;
}

/* An engine on `host`, in a folder of its own. */
static thumbling_engine_t engine_on(host_t *host) {
    thumbling_engine_t engine = {0};
    thumbling_error_t error = no_error;
    thumbling_spec_t spec;
    char state[64];
    thumbling_config_t config = config_new(&spec, state);
    if (thumbling_engine_open(&config, &host->table, &engine, &error)) {
        fprintf(stderr, "an engine cannot be opened: %s\n", thumbling_error_detail(error));
        thumbling_error_free(error);
    }
    return engine;
}

/* Closes the engine; whether nobody was left inside the host and the host was released once, and not called again. */
static bool closed(thumbling_engine_t engine, host_t *host) {
    size_t stuck = 99;
    if (thumbling_engine_close(engine, SOON, &stuck) || stuck) return false;
    if (seen(host, &host->releases) != 1 || seen(host, &host->after_release)) return false;
    pthread_cond_destroy(&host->let_go);
    pthread_mutex_destroy(&host->lock);
    return true;
}

/* How a task ended, or stands when patience ends. */
static int32_t state_of(thumbling_engine_t engine, const thumbling_task_id_t *id, uint64_t patience_ms) {
    thumbling_caller_t mary = caller_of("mary");
    thumbling_task_t task = {0};
    thumbling_task_info_t info;
    info.struct_size = sizeof info;
    info.state = -1;
    thumbling_task_wait(engine, id, &mary, patience_ms, &task, NULL);
    thumbling_task_info(task, &info);
    thumbling_task_free(task);
    return info.state;
}

/* How a file that has just changed ends. */
static int32_t made(thumbling_engine_t engine, const char *name) {
    thumbling_file_t file = file_of(name);
    thumbling_task_id_t id;
    if (thumbling_engine_file_changed(engine, &file, &id, NULL)) return -1;
    return state_of(engine, &id, SOON);
}

/* What a look at one file says; its strings are not to be read any more. */
static thumbling_look_t looked(thumbling_engine_t engine, const char *name, const char *user, int32_t mode) {
    thumbling_file_t file = file_of(name);
    thumbling_caller_t caller = caller_of(user);
    thumbling_looks_t looks = {0};
    thumbling_look_t look;
    look.struct_size = sizeof look;
    look.state = -1;
    look.error = THUMBLING_OK;
    if (thumbling_looks_new(engine, &file, 1, NULL, &caller, mode, SOON, &looks, NULL)) return look;
    thumbling_looks_at(looks, 0, &look);
    thumbling_looks_free(looks);
    return look;
}
