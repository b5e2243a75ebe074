# SPDX-License-Identifier: BSD-2-Clause
# Completion of rproc for bash. Install as rproc in /usr/share/bash-completion/completions.

_rproc() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} subcommand=${COMP_WORDS[1]}
    local common='--board --dtb --node --json -v --verbose -q --quiet --color -h --help'
    local options
    COMPREPLY=()

    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W 'boot check inspect boards explain --help --version' -- "$current")
        return
    fi
    case $previous in
        --board) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" boards -q 2>/dev/null)" -- "$current"); return ;;
        --color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$current"); return ;;
        --node) return ;;
        --dtb | --files-from) mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames; return ;;
    esac
    case $subcommand in
        boot) options="$common --kernel-log" ;;
        check) options="$common -r --recursive --files-from --strict" ;;
        inspect | boards) options=$common ;;
        explain) options='--json -q --quiet --color -h --help' ;;
        *) return ;;
    esac
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    elif [[ $subcommand == explain ]]; then
        return
    elif [[ $subcommand == boards ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" boards -q 2>/dev/null)" -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames
    fi
}

complete -F _rproc rproc
