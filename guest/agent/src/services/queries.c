#include <errno.h>
#include <string.h>

#include "../network/nameserver.h"
#include "services.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

// Queries of the guest's programs for names, which the host answers.

static struct call *waiting; // NULL = no call waits

static void on_gone(void *context) {
    (void)context;
    waiting = NULL;
}

static const struct keeper keeper = {.gone = on_gone};

static void reply(struct call *call, const struct query *query) {
    char server[INET_ADDRSTRLEN];
    Vmfactory__Guest__V1__Query message = VMFACTORY__GUEST__V1__QUERY__INIT;
    inet_ntop(AF_INET, &query->server, server, sizeof server);
    message.id = query->id;
    message.server = server;
    message.tcp = query->tcp;
    message.message = (ProtobufCBinaryData){query->length, query->message};
    call_reply(call, &message.base);
}

static void on_query(void) {
    struct call *call = waiting;
    const struct query *query = call == NULL ? NULL : nameserver_next();
    if (query == NULL) return;
    waiting = NULL;
    reply(call, query);
}

// Returns how many addresses there are; 0 = one is wrong, or there are none or too many.
static unsigned read_servers(
    const Vmfactory__Guest__V1__AwaitQueryRequest *request, struct in_addr servers[NAMESERVER_MOST]) {
    if (request->n_servers > NAMESERVER_MOST) return 0;
    for (size_t i = 0; i < request->n_servers; i++) {
        if (inet_pton(AF_INET, request->servers[i], &servers[i]) != 1) return 0;
        if (ntohl(servers[i].s_addr) >> IN_CLASSA_NSHIFT != IN_LOOPBACKNET) return 0;
    }
    return (unsigned)request->n_servers;
}

// One call waits at a time; the last one counts.
void query_await(struct call *call, const ProtobufCMessage *message) {
    struct in_addr servers[NAMESERVER_MOST];
    unsigned count = read_servers((const void *)message, servers);
    if (count == 0) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "AwaitQuery: servers must be 1 to 3 addresses in 127.0.0.0/8");
        return;
    }
    if (!nameserver_serve(servers, count, on_query)) {
        call_fail(call, STATUS_INTERNAL, "AwaitQuery: cannot take queries: %s", strerror(errno));
        return;
    }
    if (waiting != NULL) call_fail(waiting, STATUS_ABORTED, "AwaitQuery: another call waits now");
    waiting = call;
    call_keep(call, &keeper, NULL);
    on_query();
}

void query_answer(struct call *call, const ProtobufCMessage *message) {
    const Vmfactory__Guest__V1__AnswerQueryRequest *request = (const void *)message;
    if (request->message.len > NAMESERVER_MESSAGE) {
        call_fail(call, STATUS_INVALID_ARGUMENT, "AnswerQuery: message has more than %d bytes", NAMESERVER_MESSAGE);
        return;
    }
    nameserver_answer(request->id, request->message.data, request->message.len);
    call_reply_empty(call);
}
