#include "table.h"

#include "kata/agent.pb-c.h"
#include "kata/health.pb-c.h"
#include "services.h"
#include "vmfactory/guest/v1/guest.pb-c.h"

static struct method health[] = {
    {.name = "Check", .handle = health_check},
    {.name = "Version", .handle = health_version},
    {0},
};

static struct method agent[] = {
    {.name = "AddARPNeighbors", .handle = neighbours_add},
    {.name = "CloseStdin", .handle = stream_close_in},
    {.name = "CopyFile", .handle = file_copy},
    {.name = "CreateContainer", .handle = containers_create},
    {.name = "CreateSandbox", .handle = sandbox_create},
    {.name = "DestroySandbox", .handle = sandbox_destroy},
    {.name = "ExecProcess", .handle = processes_exec},
    {.name = "GetGuestDetails", .handle = details_get},
    {.name = "GetMetrics", .handle = metrics_get},
    {.name = "GetOOMEvent", .handle = oom_event_get},
    {.name = "GetVolumeStats", .handle = volume_stats},
    {.name = "ListInterfaces", .handle = interfaces_list},
    {.name = "ListRoutes", .handle = routes_list},
    {.name = "MemHotplugByProbe", .handle = memory_probe},
    {.name = "OnlineCPUMem", .handle = online_cpu_mem},
    {.name = "PauseContainer", .handle = containers_pause},
    {.name = "ReadStderr", .handle = stream_read_err},
    {.name = "ReadStdout", .handle = stream_read_out},
    {.name = "RemoveContainer", .handle = containers_remove},
    {.name = "ReseedRandomDev", .handle = random_reseed},
    {.name = "ResumeContainer", .handle = containers_resume},
    {.name = "SetGuestDateTime", .handle = clock_set},
    {.name = "SignalProcess", .handle = processes_signal},
    {.name = "StartContainer", .handle = containers_start},
    {.name = "StatsContainer", .handle = containers_stats},
    {.name = "TtyWinResize", .handle = stream_resize},
    {.name = "UpdateContainer", .handle = containers_update},
    {.name = "UpdateEphemeralMounts", .handle = ephemeral_update},
    {.name = "UpdateInterface", .handle = interface_update},
    {.name = "UpdateRoutes", .handle = routes_update},
    {.name = "WaitProcess", .handle = processes_wait},
    {.name = "WriteStdin", .handle = stream_write},
    {0},
};

static struct method guest[] = {
    {.name = "AnswerQuery", .handle = query_answer},
    {.name = "AwaitQuery", .handle = query_await},
    {.name = "ForgetCall", .handle = call_forget},
    {.name = "GetContainerProcess", .handle = process_get},
    {.name = "GetIdentity", .handle = identity_get},
    {.name = "ListContainers", .handle = containers_list},
    {.name = "ListProcesses", .handle = processes_list},
    {.name = "ProbeContainer", .handle = containers_probe},
    {.name = "PruneFolder", .handle = folder_prune},
    {.name = "Quiesce", .handle = quiesce},
    {.name = "ReuseContainer", .handle = containers_reuse},
    {.name = "RunHook", .handle = hook_run_now},
    {.name = "RunRestoreHooks", .handle = hooks_run_restore},
    {.name = "SetIdentity", .handle = identity_set},
    {.name = "SetRestoreHooks", .handle = hooks_set},
    {0},
};

const struct service services[] = {
    {&grpc__health__descriptor, health},
    {&grpc__agent_service__descriptor, agent},
    {&vmfactory__guest__v1__guest__descriptor, guest},
    {0},
};
