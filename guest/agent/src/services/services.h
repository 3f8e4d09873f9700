#ifndef VMFACTORY_SERVICES_H
#define VMFACTORY_SERVICES_H

#include "../dispatch.h"

// The handlers of all calls. A file of this folder has those of one group of calls; what a handler does
// stands at its definition.
typedef void handler(struct call *call, const ProtobufCMessage *request);

handler health_check, health_version;
handler random_reseed;
handler clock_set;
handler details_get;
handler online_cpu_mem;
handler sandbox_create, sandbox_destroy;
handler containers_create, containers_start, containers_reuse, containers_remove, containers_list;
handler containers_probe, containers_pause, containers_resume, containers_update, containers_stats;
handler processes_exec, processes_signal, processes_wait, processes_list, process_get;
handler stream_write, stream_read_out, stream_read_err, stream_close_in, stream_resize;
handler oom_event_get;
handler ephemeral_update, volume_stats, memory_probe;
handler file_copy;
handler folder_prune;
handler interfaces_list, interface_update;
handler routes_list, routes_update;
handler neighbours_add;
handler metrics_get;
handler identity_set, identity_get;
handler quiesce;
handler hook_run_now, hooks_set, hooks_run_restore;
handler call_forget;
handler query_await, query_answer;

#endif
