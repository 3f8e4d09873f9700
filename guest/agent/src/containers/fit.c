#include "fit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../need.h"
#include "places.h"

static const struct {
    const char *type, *source;
} shared[] = {{"sysfs", "/sys"}, {"mqueue", "/dev/mqueue"}};

// Makes a changed copy with one more option, the first.
static void change(struct fit *fit, size_t index, const char *option, const char *source) {
    const Grpc__Mount *mount = fit->all[index];
    char **options = need(calloc(mount->n_options + 1, sizeof *options));
    options[0] = (char *)option;
    for (size_t i = 0; i < mount->n_options; i++) options[i + 1] = mount->options[i];
    fit->mounts[index] = *mount;
    fit->mounts[index].type = "bind";
    fit->mounts[index].source = (char *)source;
    fit->mounts[index].options = fit->options[index] = options;
    fit->mounts[index].n_options++;
    fit->all[index] = &fit->mounts[index];
}

static void fit_one(struct fit *fit, size_t index, bool own_users) {
    const Grpc__Mount *mount = fit->all[index];
    if (strcmp(mount->type, "bind") == 0 && !place_has_bind(mount)) change(fit, index, "bind", mount->source);
    for (size_t i = 0; own_users && i < sizeof shared / sizeof *shared; i++) {
        if (strcmp(mount->type, shared[i].type) != 0) continue;
        // Recursive, because the kernel does not let a container see what lies below another mount.
        change(fit, index, "rbind", shared[i].source);
    }
}

void fit_mounts(struct fit *fit, Grpc__Spec *spec) {
    *fit = (struct fit){.n = spec->n_mounts};
    fit->mounts = need(calloc(fit->n + 1, sizeof *fit->mounts));
    fit->options = need(calloc(fit->n + 1, sizeof *fit->options));
    fit->all = need(calloc(fit->n + 1, sizeof *fit->all));
    for (size_t i = 0; i < fit->n; i++) {
        fit->all[i] = spec->mounts[i];
        fit_one(fit, i, spec->linux->n_uidmappings > 0);
    }
    spec->mounts = fit->all;
}

void fit_free(struct fit *fit) {
    for (size_t i = 0; i < fit->n; i++) free(fit->options[i]);
    free(fit->options);
    free(fit->mounts);
    free(fit->all);
}
