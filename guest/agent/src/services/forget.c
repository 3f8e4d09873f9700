#include "services.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

void call_forget(struct call *call, const ProtobufCMessage *message) {
    const Vmfactory__Guest__V1__ForgetCallRequest *request = (const void *)message;
    conversation_forget(call->conversation, request->stream);
    call_reply_empty(call);
}
