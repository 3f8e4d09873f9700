#include <errno.h>
#include <string.h>
#include <time.h>

#include "kata/agent.pb-c.h"
#include "services.h"

void clock_set(struct call *call, const ProtobufCMessage *message) {
    const Grpc__SetGuestDateTimeRequest *request = (const void *)message;
    if (request->sec < 0 || request->usec < 0 || request->usec > 999999) {
        call_fail(
            call, STATUS_INVALID_ARGUMENT,
            "SetGuestDateTime: Sec must be 0 or more and Usec 0..999999, not %lld and %lld",
            (long long)request->sec, (long long)request->usec);
        return;
    }
    struct timespec now = {.tv_sec = request->sec, .tv_nsec = (long)request->usec * 1000};
    if (clock_settime(CLOCK_REALTIME, &now) < 0) {
        call_fail(call, STATUS_INTERNAL, "SetGuestDateTime: %s", strerror(errno));
    } else {
        call_reply_empty(call);
    }
}
