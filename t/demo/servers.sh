# What start and stop share.  Sourced with $root set.

state=${PZ_DEMO_STATE:-$root/build/demo}
PATH=$PATH:/usr/sbin:/sbin

# The folder of the demo that runs, or ran last; empty if there was none.
current() {
    cat "$state/current" 2> /dev/null || true
}

# Process $1 if it is one that the demo in folder $2 started: ids come round again.
ours() {
    [ -n "$1" ] && tr '\0' ' ' < "/proc/$1/cmdline" 2> /dev/null | grep -qF "$2/"
}

# The id in file $1 of folder $2, if that process lives and is ours.
pid_of() {
    pid=$(cat "$2/$1" 2> /dev/null) || return 1
    ours "$pid" "$2" && echo "$pid"
}

end() {
    pid=$(pid_of "$1" "$2") || return 0
    kill -TERM "$pid" 2> /dev/null || return 0
    tries=0
    while ours "$pid" "$2" && [ $tries -lt 50 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    if ours "$pid" "$2"; then
        kill -KILL "$pid" 2> /dev/null || true
    fi
}

# End the demo of folder $1 and take the folder away; nothing else.
end_demo() {
    case $1 in
        */personalize-demo.*) ;;
        *) return 0 ;;
    esac
    end nginx.pid "$1"
    end redis.pid "$1"
    rm -rf "$1"
    [ "$(current)" != "$1" ] || rm -f "$state/current"
}
