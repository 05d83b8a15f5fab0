/* Subscriptions and events: when, how often, and never after they were stopped. */

typedef struct {
    pthread_mutex_t lock;
    int calls, releases, after_release, succeeded;
    thumbling_engine_t engine;
    thumbling_subscription_t own;      /* freed by the first call */
    bool blocks;
    int inside;
} listener_t;

static void finished(uintptr_t user_data, thumbling_task_t task) {
    listener_t *listener = (listener_t *)user_data;
    thumbling_task_info_t info = THUMBLING_TASK_INFO_INIT;
    bool blocks;
    pthread_mutex_lock(&listener->lock);
    listener->calls++;
    listener->inside++;
    listener->after_release += listener->releases;
    listener->succeeded += thumbling_task_info(task, &info) == THUMBLING_OK && info.state == THUMBLING_STATE_SUCCEEDED;
    if (listener->own.id) thumbling_subscription_free(listener->own);
    listener->own.id = 0;
    pthread_mutex_unlock(&listener->lock);
    do {
        nap(1);
        pthread_mutex_lock(&listener->lock);
        blocks = listener->blocks;
        pthread_mutex_unlock(&listener->lock);
    } while (blocks);
    pthread_mutex_lock(&listener->lock);
    listener->inside--;
    pthread_mutex_unlock(&listener->lock);
}

static void finished_release(uintptr_t user_data) {
    listener_t *listener = (listener_t *)user_data;
    pthread_mutex_lock(&listener->lock);
    listener->releases++;
    pthread_mutex_unlock(&listener->lock);
}

static void listener_init(listener_t *listener) {
    memset(listener, 0, sizeof *listener);
    pthread_mutex_init(&listener->lock, NULL);
}

static int count_of(listener_t *listener, const int *number) {
    int n;
    pthread_mutex_lock(&listener->lock);
    n = *number;
    pthread_mutex_unlock(&listener->lock);
    return n;
}

static bool count_comes(listener_t *listener, const int *number, int n) {
    int i;
    for (i = 0; i < SOON / 5 && count_of(listener, number) != n; i++) nap(5);
    return count_of(listener, number) == n;
}

static void a_subscription_is_called_once_a_task_and_never_after_it_was_freed(void) {
    host_t host;
    listener_t listener;
    thumbling_engine_t engine;
    thumbling_subscription_t subscription = {0};
    host_init(&host);
    listener_init(&listener);
    host_put(&host, "a", 64);
    host_put(&host, "b", 64);
    engine = engine_on(&host);
    CHECK(!thumbling_subscription_new(engine, finished, finished_release, (uintptr_t)&listener, &subscription, NULL));
    CHECK(changed_state(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(count_comes(&listener, &listener.calls, 1) && count_of(&listener, &listener.succeeded) == 1);
    CHECK(!thumbling_subscription_free(subscription));
    CHECK(count_of(&listener, &listener.releases) == 1 && count_of(&listener, &listener.inside) == 0);
    CHECK(thumbling_subscription_free(subscription) == REFUSED);
    CHECK(changed_state(engine, "b") == THUMBLING_STATE_SUCCEEDED);
    nap(300);
    CHECK(count_of(&listener, &listener.calls) == 1 && count_of(&listener, &listener.after_release) == 0);
    CHECK(closed(engine, &host));
    CHECK(count_of(&listener, &listener.releases) == 1);
    pthread_mutex_destroy(&listener.lock);
}

static void a_subscription_may_be_freed_by_its_own_call(void) {
    host_t host;
    listener_t listener;
    thumbling_engine_t engine;
    thumbling_subscription_t subscription = {0};
    host_init(&host);
    listener_init(&listener);
    host_put(&host, "a", 64);
    host_put(&host, "b", 64);
    engine = engine_on(&host);
    CHECK(!thumbling_subscription_new(engine, finished, finished_release, (uintptr_t)&listener, &subscription, NULL));
    pthread_mutex_lock(&listener.lock);
    listener.own = subscription;
    pthread_mutex_unlock(&listener.lock);
    CHECK(changed_state(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(count_comes(&listener, &listener.releases, 1));
    CHECK(changed_state(engine, "b") == THUMBLING_STATE_SUCCEEDED);
    nap(300);
    CHECK(count_of(&listener, &listener.calls) == 1 && count_of(&listener, &listener.after_release) == 0);
    CHECK(closed(engine, &host));
    pthread_mutex_destroy(&listener.lock);
}

static void an_engine_closes_while_a_drive_s_callback_is_under_way(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_file_t file = file_of("a");
    thumbling_lookup_result_t look;
    thumbling_lookup_t none;
    size_t stuck = 0;
    host_init(&host);
    host_put(&host, "a", 64)->blocks = true;
    engine = engine_on(&host);
    CHECK(!thumbling_engine_file_changed(engine, &file, NULL, NULL));
    CHECK(comes(&host, &host.inside, 1));
    CHECK(!thumbling_engine_close(engine, 50, &stuck) && stuck == 1);
    look = lookup_as(engine, "a", "mary", THUMBLING_LOOKUP_MODE_WAIT);
    CHECK(look.state == -1);
    CHECK(thumbling_lookup_new(engine, NULL, &none, NULL) == REFUSED && !none.id);
    CHECK(!thumbling_engine_close(engine, 50, &stuck) && stuck == 1);
    CHECK(!thumbling_engine_free(engine) && thumbling_engine_free(engine) == REFUSED);
    CHECK(seen(&host, &host.releases) == 0);
    host_let_go(&host);
    /* The host is let go by the thread that was inside it, and not called again. */
    CHECK(comes(&host, &host.releases, 1));
    nap(100);
    CHECK(seen(&host, &host.after_release) == 0 && seen(&host, &host.inside) == 0);
}

static void an_engine_closes_while_a_subscription_s_callback_is_under_way(void) {
    host_t host;
    listener_t listener;
    thumbling_engine_t engine;
    thumbling_subscription_t subscription = {0};
    size_t stuck = 0;
    host_init(&host);
    listener_init(&listener);
    host_put(&host, "a", 64);
    engine = engine_on(&host);
    listener.blocks = true;
    CHECK(!thumbling_subscription_new(engine, finished, finished_release, (uintptr_t)&listener, &subscription, NULL));
    CHECK(changed_state(engine, "a") == THUMBLING_STATE_SUCCEEDED);
    CHECK(count_comes(&listener, &listener.inside, 1));
    CHECK(!thumbling_engine_close(engine, 50, &stuck) && stuck == 1);
    pthread_mutex_lock(&listener.lock);
    listener.blocks = false;
    pthread_mutex_unlock(&listener.lock);
    CHECK(!thumbling_engine_free(engine) && !thumbling_subscription_free(subscription));
    CHECK(count_comes(&listener, &listener.releases, 1) && count_of(&listener, &listener.inside) == 0);
    CHECK(comes(&host, &host.releases, 1));
}

static void *wait_long(void *user_data) {
    listener_t *listener = (listener_t *)user_data;
    thumbling_file_t file = file_of("a");
    thumbling_caller_t mary = caller_of("mary");
    thumbling_task_id_t id;
    thumbling_task_t task = {0};
    thumbling_status_t status = task_create(listener->engine, THUMBLING_TASK_AUTO, &file, 1, NULL, &id, NULL);
    if (!status) status = thumbling_task_wait(listener->engine, &id, &mary, SOON, &task, NULL);
    thumbling_task_free(task);
    pthread_mutex_lock(&listener->lock);
    listener->calls = status == THUMBLING_OK || status == THUMBLING_ERROR_CANCELLED ? 1 : status + 100;
    pthread_mutex_unlock(&listener->lock);
    return NULL;
}

static void closing_wakes_waiting_calls(void) {
    host_t host;
    listener_t listener;
    pthread_t thread;
    time_t start = time(NULL);
    size_t stuck = 0;
    host_init(&host);
    listener_init(&listener);
    host_put(&host, "a", 64)->blocks = true;
    listener.engine = engine_on(&host);
    CHECK(!pthread_create(&thread, NULL, wait_long, &listener));
    CHECK(comes(&host, &host.inside, 1));
    CHECK(!thumbling_engine_close(listener.engine, 50, &stuck) && stuck == 1);
    CHECK(!pthread_join(thread, NULL) && !thumbling_engine_free(listener.engine));
    CHECK(count_of(&listener, &listener.calls) == 1 && time(NULL) - start < SOON / 2000);
    host_let_go(&host);
    CHECK(comes(&host, &host.releases, 1));
    pthread_mutex_destroy(&listener.lock);
}

static void events_report_files_and_tasks_until_the_engine_is_closed(void) {
    host_t host;
    thumbling_engine_t engine;
    thumbling_events_t events = {0};
    thumbling_event_t event = {7};
    thumbling_event_info_t info = THUMBLING_EVENT_INFO_INIT;
    thumbling_file_t file = file_of("a");
    thumbling_task_id_t id;
    int i, ready = 0, failed = 0, tasks = 0;
    host_init(&host);
    host_put(&host, "a", 64);
    host_put(&host, "gone", 64)->open = THUMBLING_ERROR_NOT_FOUND;
    engine = engine_on(&host);
    CHECK(!thumbling_events_new(engine, &events, NULL));
    CHECK(!thumbling_events_next(events, 0, &event, NULL) && event.id == 0);
    CHECK(!thumbling_engine_file_changed(engine, &file, &id, NULL));
    CHECK(state_of(engine, &id, SOON) == THUMBLING_STATE_SUCCEEDED);
    CHECK(changed_state(engine, "gone") == THUMBLING_STATE_FAILED);
    for (i = 0; i < 4; i++) {
        CHECK(!thumbling_events_next(events, SOON, &event, NULL));
        CHECK(!thumbling_event_info(event, &info) && info.lost == 0);
        if (info.kind == THUMBLING_EVENT_READY) {
            ready++;
            CHECK(!strcmp(info.file.file, "a") && !strcmp(info.file.space, "mine") && !strcmp(info.version, "v64"));
        } else if (info.kind == THUMBLING_EVENT_FAILED) {
            failed++;
            CHECK(!strcmp(info.file.file, "gone") && info.error == THUMBLING_ERROR_NOT_FOUND);
        } else if (info.kind == THUMBLING_EVENT_TASK) {
            tasks += info.state == (strcmp(info.task.text, id.text) ? THUMBLING_STATE_FAILED : THUMBLING_STATE_SUCCEEDED);
        }
        CHECK(!thumbling_event_free(event) && thumbling_event_free(event) == REFUSED);
    }
    CHECK(ready == 1 && failed == 1 && tasks == 2);
    CHECK(closed(engine, &host));
    CHECK(thumbling_events_next(events, SOON, &event, NULL) == THUMBLING_ERROR_CANCELLED);
    CHECK(!thumbling_events_free(events));
}

#define CALLBACK_TESTS                                                                                          \
    a_subscription_is_called_once_a_task_and_never_after_it_was_freed, a_subscription_may_be_freed_by_its_own_call, \
        an_engine_closes_while_a_drive_s_callback_is_under_way,                                                 \
        an_engine_closes_while_a_subscription_s_callback_is_under_way, closing_wakes_waiting_calls,             \
        events_report_files_and_tasks_until_the_engine_is_closed
