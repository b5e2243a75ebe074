# SPDX-License-Identifier: BSD-2-Clause
# Completion of rproc for bash. Install as rproc in /usr/share/bash-completion/completions.

_rproc() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} subcommand=${COMP_WORDS[1]}
    local common='--board --dtb --node --kernel --json -v --verbose -q --quiet --color -h --help'
    local options
    local points='none prepare load-fw get-rsc-table handle-resources allocate-carveouts start-fw start-subdevices stop-fw'
    points+=' recovery-load-fw recovery-start-fw'
    COMPREPLY=()

    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W 'boot check inspect boards explain sign verify keys sequences trace ctl tee --help --version' -- "$current")
        return
    fi
    case $previous in
        --board) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" boards -q 2>/dev/null)" -- "$current"); return ;;
        --point) mapfile -t COMPREPLY < <(compgen -W "$points" -- "$current"); return ;;
        --color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$current"); return ;;
        --node | --kernel | --name | -n | --interval | --timeout) return ;;
        --remoteproc) mapfile -t COMPREPLY < <(compgen -W "$(cat /sys/class/remoteproc/*/name 2>/dev/null)" -- "$current"); return ;;
        load | swap)
            [[ $subcommand != ctl ]] || { mapfile -t COMPREPLY < <(cd /lib/firmware && compgen -f -- "$current"); return; } ;;
        --memory) mapfile -t COMPREPLY < <(compgen -d -- "$current"); compopt -o filenames; return ;;
        --key_type | --key-type) mapfile -t COMPREPLY < <(compgen -W 'RSA ECC' -- "$current"); return ;;
        --key_pwd | --key-pwd | --plat-tlv | --image-version | --min-version | --prefix) return ;;
        --pkeyinfo)
            mapfile -t COMPREPLY < <(compgen -W 'sha256 der none' -f -- "$current"); compopt -o filenames; return ;;
        --tee)
            local tees=software
            [[ $subcommand != boot ]] || tees='software device'
            mapfile -t COMPREPLY < <(compgen -W "$tees" -- "$current"); return ;;
        --policy) mapfile -t COMPREPLY < <(compgen -W 'as-optee strict' -- "$current"); return ;;
        --tee-signature) mapfile -t COMPREPLY < <(compgen -W 'RSA ECC' -- "$current"); return ;;
        --sequence)
            mapfile -t COMPREPLY < <(compgen -W 'mainline alternate-boot load-first' -- "$current"); return ;;
        --in | --out | --key | --key_info | --key-info | --encrypt-key | --decrypt-key | --digest-out | --signature-in | --manifest | \
            --timeline | --device)
            mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames; return ;;
        --dtb | --tee-dtb | --files-from) mapfile -t COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames; return ;;
    esac
    case $subcommand in
        boot) options="$common --hardware --kernel-log --timeline --tee --take-over --key --decrypt-key --min-version --tee-dtb --sequence --timeout" ;;
        trace)
            options="$common -n --name -f --follow --memory --interval --tee --key --decrypt-key --min-version --tee-dtb" ;;
        verify) options="$common --policy --key --decrypt-key --min-version --tee-dtb --tee-signature --tee-heap --tee-image-limit" ;;
        check) options="$common -r --recursive --files-from --strict --tee-dtb --explain" ;;
        inspect | boards) options=$common ;;
        keys) options='--c --prefix --key_pwd --key-pwd --json -q --quiet --color -h --help' ;;
        explain) options='--json -q --quiet --color -h --help' ;;
        sequences) options='--point --as-posted --json -q --quiet --color -h --help' ;;
        ctl) options='--remoteproc --timeout -n --name -f --follow --interval --json -q --quiet --color -h --help' ;;
        tee) options='--device --timeout --json -q --quiet --color -h --help' ;;
        sign)
            options='--in --out --key --key_type --key-type --key_info --key-info --key_pwd --key-pwd --pkeyinfo'
            options+=' --plat-tlv --encrypt-key --image-version --digest-out --signature-in --manifest --json -q --quiet --color -h --help'
            ;;
        *) return ;;
    esac
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    elif [[ $subcommand == explain || $subcommand == sign ]]; then
        return
    elif [[ $subcommand == ctl && $COMP_CWORD == 2 ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'list info start stop restart load swap trace crash dump watch' -- "$current")
    elif [[ $subcommand == tee ]]; then
        ((COMP_CWORD != 2)) || mapfile -t COMPREPLY < <(compgen -W 'info stop release' -- "$current")
    elif [[ $subcommand == sequences ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'mainline alternate-boot load-first' -- "$current")
    elif [[ $subcommand == boards ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" boards -q 2>/dev/null)" -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames
    fi
}

complete -F _rproc rproc
